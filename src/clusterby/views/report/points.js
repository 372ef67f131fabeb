// The rows as arrays: unpacking them, finding the one under the pointer, painting them.

const STEPS = 65535;
const CELLS = 256; // of the grid in which the nearest row is looked for, along each side

function unpack(text, Type) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return new Type(bytes.buffer);
}

// Places run from 0 to 65,535 along both sides, x and y in turn; cards are positions in the list of cards.
function unpackPoints(packed, cardCount) {
  const Card = cardCount <= 255 ? Uint8Array : cardCount <= 65535 ? Uint16Array : Uint32Array;
  const points = {
    count: packed.count,
    places: unpack(packed.places, Uint16Array),
    cards: unpack(packed.cards, Card),
    runs: unpack(packed.runs, Uint32Array),
    captions: packed.captions,
    step: strideThrough(packed.count),
  };
  for (let i = 1; i < points.places.length; i += 2) points.places[i] = STEPS - points.places[i]; // y grows downward
  points.grid = makeGrid(points);
  return points;
}

// A step that visits every row once in scattered order: no cluster covers another for being later in the table,
// and any first few thousand are a fair sample.
function strideThrough(count) {
  const divisor = (a, b) => (b ? divisor(b, a % b) : a);
  let step = Math.max(1, Math.round(count * 0.618));
  while (divisor(step, count) !== 1 && count > 1) step += 1;
  return step;
}

// The position in the table of the row with index i, and the other way round (-1 where it is not on the map).
function rowOf(points, i) {
  const { runs } = points;
  let low = 0;
  let high = runs.length / 2 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runs[2 * middle] <= i) low = middle;
    else high = middle - 1;
  }
  return runs[2 * low + 1] + (i - runs[2 * low]);
}

function indexOf(points, row) {
  const { runs, count } = points;
  for (let k = 0; k < runs.length; k += 2) {
    const end = k + 2 < runs.length ? runs[k + 2] : count;
    const i = runs[k] + (row - runs[k + 1]);
    if (i >= runs[k] && i < end) return i;
  }
  return -1;
}

// A counting sort of the rows by the cell of a square grid that they lie in.
function makeGrid({ count, places }) {
  const starts = new Uint32Array(CELLS * CELLS + 1);
  const cellOf = (i) => (places[2 * i + 1] >> 8) * CELLS + (places[2 * i] >> 8);
  for (let i = 0; i < count; i += 1) starts[cellOf(i) + 1] += 1;
  for (let c = 0; c < CELLS * CELLS; c += 1) starts[c + 1] += starts[c];
  const members = new Uint32Array(count);
  const next = starts.slice();
  for (let i = 0; i < count; i += 1) members[next[cellOf(i)]++] = i;
  return { starts, members };
}

// The index of the row nearest to a place, within a reach, or -1. Only rows of one card, if one is given.
function nearestPoint(points, x, y, reach, onlyCard) {
  const { places, cards, grid } = points;
  const cell = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(value) >> 8));
  let best = -1;
  let bestDistance = reach * reach;
  for (let cy = cell(y - reach); cy <= cell(y + reach); cy += 1) {
    for (let cx = cell(x - reach); cx <= cell(x + reach); cx += 1) {
      const at = cy * CELLS + cx;
      for (let k = grid.starts[at]; k < grid.starts[at + 1]; k += 1) {
        const i = grid.members[k];
        const distance = (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
        if (distance <= bestDistance && (onlyCard === null || cards[i] === onlyCard)) {
          best = i;
          bestDistance = distance;
        }
      }
    }
  }
  return best;
}

// The middle of the densest part of each of the first `most` cards, [x, y] in steps; null for a card without rows.
function densestPlaces(points, most) {
  const { count, places, cards } = points;
  const side = 8; // cells of an eighth of the map's side
  const crowds = new Uint32Array(most * side * side);
  for (let i = 0; i < count; i += 1) {
    if (cards[i] < most) crowds[(cards[i] * side + (places[2 * i + 1] >> 13)) * side + (places[2 * i] >> 13)] += 1;
  }
  const middles = Array.from({ length: most }, (_, card) => {
    const own = crowds.subarray(card * side * side, (card + 1) * side * side);
    const fullest = own.reduce((best, crowd, cell) => (crowd > own[best] ? cell : best), 0);
    return own[fullest] ? [((fullest % side) + 0.5) * 8192, (Math.floor(fullest / side) + 0.5) * 8192] : null;
  });
  // Mean shift: a few steps to the mean of what lies around take it from the cell's middle to the crowd's.
  for (let turn = 0; turn < 4; turn += 1) shiftToMeans(points, middles, STEPS / 10);
  return middles;
}

function shiftToMeans({ count, places, cards }, middles, reach) {
  const sums = new Float64Array(3 * middles.length);
  for (let i = 0; i < count; i += 1) {
    const middle = middles[cards[i]];
    if (!middle || Math.hypot(places[2 * i] - middle[0], places[2 * i + 1] - middle[1]) > reach) continue;
    sums[3 * cards[i]] += places[2 * i];
    sums[3 * cards[i] + 1] += places[2 * i + 1];
    sums[3 * cards[i] + 2] += 1;
  }
  middles.forEach((middle, card) => {
    const around = sums[3 * card + 2];
    if (around) [middle[0], middle[1]] = [sums[3 * card] / around, sums[3 * card + 1] / around];
  });
}

// A disc as offsets with the part of each pixel that it covers.
function makeStamp(radius) {
  const reach = Math.ceil(radius);
  const offsets = [];
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (cover > 0) offsets.push({ dx, dy, cover });
    }
  }
  return { reach, offsets };
}

// Paint discs into an ImageData. `looks` gives each card its [red, green, blue, opacity, layer]; layer 0 comes first.
function paintPoints(image, points, view, radius, looks, most) {
  const { width, height, data } = image;
  const { count, places, cards, step } = points;
  data.fill(0);
  const stamp = makeStamp(radius);
  for (let layer = 0; layer < 2; layer += 1) {
    for (let n = 0, i = 0; n < Math.min(count, most); n += 1, i = (i + step) % count) {
      const look = looks[cards[i]];
      if (look[4] !== layer) continue;
      const x = Math.round(places[2 * i] * view.scale + view.left);
      const y = Math.round(places[2 * i + 1] * view.scale + view.top);
      if (x < stamp.reach || y < stamp.reach || x >= width - stamp.reach || y >= height - stamp.reach) continue;
      for (const { dx, dy, cover } of stamp.offsets) {
        blend(data, 4 * ((y + dy) * width + x + dx), look, cover * look[3]);
      }
    }
  }
}

// Lay a color of some opacity over a pixel (both as in ImageData: not multiplied by opacity).
function blend(data, at, look, opacity) {
  const below = (data[at + 3] / 255) * (1 - opacity);
  const sum = opacity + below;
  data[at] = (look[0] * opacity + data[at] * below) / sum;
  data[at + 1] = (look[1] * opacity + data[at + 1] * below) / sum;
  data[at + 2] = (look[2] * opacity + data[at + 2] * below) / sum;
  data[at + 3] = sum * 255;
}
