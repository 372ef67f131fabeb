// The map: what part of it is seen, its labels, and what pointer, wheel and keys do.

const MOST_LABELS = 200;
const SAMPLE = 120000; // rows painted while the map moves; the rest follow when it rests
const GRAY = [133, 136, 142];

function createMap(cards, points, onPick) {
  const stage = document.getElementById("stage");
  const canvas = document.getElementById("dots");
  const ring = document.getElementById("ring");
  const context = canvas.getContext("2d");
  const view = { zoom: 1, x: STEPS / 2, y: STEPS / 2 }; // the place in the middle of the stage
  const state = { chosen: null, ringed: -1, image: null, frame: 0, rest: 0 };
  const labels = createLabels(cards, points);
  const tooltip = createTooltip(cards, points);
  const extent = extentOf(points);

  // Stage pixels per step at this zoom: the whole map fits with a margin.
  const scale = () => {
    const room = { x: stage.clientWidth - 48, y: stage.clientHeight - 48 };
    return view.zoom * Math.max(1e-4, Math.min(room.x / extent.width, room.y / extent.height));
  };
  const toStage = (x, y) => [(x - view.x) * scale() + stage.clientWidth / 2, (y - view.y) * scale() + stage.clientHeight / 2];
  const toPlace = (px, py) => [(px - stage.clientWidth / 2) / scale() + view.x, (py - stage.clientHeight / 2) / scale() + view.y];

  function paint(most) {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.max(1, Math.round(stage.clientWidth * ratio));
    const height = Math.max(1, Math.round(stage.clientHeight * ratio));
    if (!state.image || canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
      state.image = context.createImageData(width, height);
    }
    const [left, top] = toStage(0, 0);
    const seen = { scale: scale() * ratio, left: left * ratio, top: top * ratio };
    paintPoints(state.image, points, seen, radius() * ratio, looks(), most);
    context.putImageData(state.image, 0, 0);
    labels.place(toStage, stage.clientWidth, stage.clientHeight, state.chosen);
    placeRing();
  }
  // Smaller dots where there are more, larger ones up close.
  const radius = () => Math.min(7, Math.max(0.6, Math.min(5, 30 / points.count ** 0.3)) * view.zoom ** 0.4);
  const looks = () =>
    cards.map((card, position) => {
      const isNoise = card.id < 0;
      if (state.chosen === null) return [...card.rgb, isNoise ? 0.45 : 0.82, isNoise ? 0 : 1];
      return state.chosen === position ? [...card.rgb, 0.9, 1] : [...GRAY, 0.16, 0];
    });

  function redraw() {
    if (!state.frame) {
      state.frame = requestAnimationFrame(() => {
        state.frame = 0;
        paint(SAMPLE);
        clearTimeout(state.rest);
        if (points.count > SAMPLE) state.rest = setTimeout(() => paint(Infinity), 120);
      });
    }
    stage.classList.toggle("zoomed", view.zoom > 1);
  }
  function placeRing() {
    ring.hidden = state.ringed < 0;
    if (state.ringed < 0) return;
    const [x, y] = toStage(points.places[2 * state.ringed], points.places[2 * state.ringed + 1]);
    ring.style.transform = `translate(${x}px, ${y}px)`;
  }
  function moveTo(x, y) {
    const keep = (value, low, high) => Math.min(high, Math.max(low, value));
    const still = view.zoom === 1;
    view.x = still ? extent.x : keep(x, extent.x - extent.width / 2, extent.x + extent.width / 2);
    view.y = still ? extent.y : keep(y, extent.y - extent.height / 2, extent.y + extent.height / 2);
    tooltip.hide();
    redraw();
  }
  // Zoom so that the place under a point of the stage stays under it.
  function zoomBy(factor, px = stage.clientWidth / 2, py = stage.clientHeight / 2) {
    const [x, y] = toPlace(px, py);
    view.zoom = Math.min(64, Math.max(1, view.zoom * factor));
    if (view.zoom < 1.001) view.zoom = 1;
    moveTo(x - (px - stage.clientWidth / 2) / scale(), y - (py - stage.clientHeight / 2) / scale());
  }
  const moveBy = (dx, dy) => moveTo(view.x - dx / scale(), view.y - dy / scale());
  const reset = () => {
    view.zoom = 1;
    moveTo(extent.x, extent.y);
  };

  function pointAt(px, py) {
    const [x, y] = toPlace(px, py);
    return nearestPoint(points, x, y, 12 / scale(), state.chosen);
  }
  function hover(px, py) {
    const i = pointAt(px, py);
    state.ringed = i;
    placeRing();
    if (i < 0) tooltip.hide();
    else tooltip.show(i, ...toStage(points.places[2 * i], points.places[2 * i + 1]), stage);
  }
  function pick(px, py) {
    const [x, y] = toPlace(px, py);
    const i = nearestPoint(points, x, y, 12 / scale(), null);
    onPick(i < 0 ? null : cards[points.cards[i]].id);
  }
  const leave = () => {
    state.ringed = -1;
    placeRing();
    tooltip.hide();
  };

  listenToPointers(stage, { hover, pick, leave, moveBy, zoomBy, isWhole: () => view.zoom === 1 });
  stage.addEventListener("keydown", (event) => {
    const keys = {
      "+": () => zoomBy(1.4), "=": () => zoomBy(1.4), "-": () => zoomBy(1 / 1.4), 0: reset,
      ArrowLeft: () => moveBy(60, 0), ArrowRight: () => moveBy(-60, 0), ArrowUp: () => moveBy(0, 60), ArrowDown: () => moveBy(0, -60),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow") && view.zoom === 1) return; // nothing to move: let the page scroll
    event.preventDefault();
    keys[event.key]();
  });
  const zoom = document.getElementById("zoom");
  zoom.hidden = false;
  zoom.addEventListener("click", (event) => {
    const acts = { in: () => zoomBy(1.6), out: () => zoomBy(1 / 1.6), reset };
    acts[event.target.dataset.zoom]?.();
  });
  new ResizeObserver(redraw).observe(stage);
  moveTo(extent.x, extent.y);

  return {
    choose(position) {
      state.chosen = position;
      leave();
      redraw();
    },
    ringRow(row) {
      state.ringed = row === null ? -1 : indexOf(points, row);
      placeRing();
    },
  };
}

// The middle and the sides of the smallest box around all rows; never without area.
function extentOf({ count, places }) {
  const low = [STEPS, STEPS];
  const high = [0, 0];
  for (let i = 0; i < 2 * count; i += 1) {
    low[i % 2] = Math.min(low[i % 2], places[i]);
    high[i % 2] = Math.max(high[i % 2], places[i]);
  }
  if (!count) return { x: STEPS / 2, y: STEPS / 2, width: STEPS, height: STEPS };
  const side = (axis) => (high[axis] > low[axis] ? high[axis] - low[axis] : STEPS);
  return { x: (low[0] + high[0]) / 2, y: (low[1] + high[1]) / 2, width: side(0), height: side(1) };
}

function listenToPointers(stage, { hover, pick, leave, moveBy, zoomBy, isWhole }) {
  const held = new Map(); // pointers that are down: where each was last
  let travelled = 0;
  let scrolled = -Infinity;
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [a, b] = [...held.values()];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    held.set(event.pointerId, place(event));
    if (held.size === 1) travelled = 0;
  });
  stage.addEventListener("pointermove", (event) => {
    const [px, py] = place(event);
    if (!held.has(event.pointerId)) {
      hover(px, py);
      return;
    }
    const [lastX, lastY] = held.get(event.pointerId);
    const apart = held.size === 2 ? spread() : 0;
    held.set(event.pointerId, [px, py]);
    travelled += Math.hypot(px - lastX, py - lastY);
    if (held.size === 2) zoomBy(spread() / Math.max(1, apart), px, py);
    else if (travelled > 4) {
      if (!stage.hasPointerCapture(event.pointerId)) stage.setPointerCapture(event.pointerId);
      stage.classList.add("dragged");
      moveBy(px - lastX, py - lastY);
    }
  });
  const release = (event) => {
    const wasHeld = held.delete(event.pointerId);
    stage.classList.remove("dragged");
    if (wasHeld && event.type === "pointerup" && travelled <= 4) pick(...place(event));
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("pointerleave", (event) => {
    if (!held.has(event.pointerId)) leave();
  });
  // A reader who scrolls the page across the map means the page.
  window.addEventListener("scroll", () => { scrolled = performance.now(); }, { passive: true });
  stage.addEventListener("wheel", (event) => {
    const outward = event.deltaY > 0;
    if (performance.now() - scrolled < 250 || (outward && isWhole())) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    zoomBy(Math.exp(-Math.max(-120, Math.min(120, pixels)) * 0.003), ...place(event));
  }, { passive: false });
}

// Names on the map where clusters are densest; the larger cluster keeps its label where two would collide.
function createLabels(cards, points) {
  const layer = document.getElementById("labels");
  const most = Math.min(cards.length, MOST_LABELS);
  const labels = densestPlaces(points, most).flatMap((place, position) => {
    if (!place || cards[position].id < 0) return [];
    const node = document.createElement("span");
    node.textContent = cards[position].named ? cards[position].title : String(cards[position].id);
    node.dir = "auto";
    layer.append(node);
    return [{ node, place, position, width: node.offsetWidth, height: node.offsetHeight }];
  });
  return {
    place(toStage, width, height, chosen) {
      const taken = [];
      const first = labels.filter((label) => label.position === chosen);
      for (const label of [...first, ...labels.filter((other) => other.position !== chosen)]) {
        const [x, y] = toStage(...label.place);
        const box = { left: x - label.width / 2, top: y - label.height / 2, right: x + label.width / 2, bottom: y + label.height / 2 };
        const seen = box.left > 0 && box.top > 0 && box.right < width && box.bottom < height;
        const free = taken.every((t) => box.left > t.right + 4 || box.right < t.left - 4 || box.top > t.bottom + 2 || box.bottom < t.top - 2);
        label.node.hidden = !(seen && free);
        label.node.classList.toggle("faded", chosen !== null && label.position !== chosen);
        label.node.style.transform = `translate(${box.left}px, ${box.top}px)`;
        if (seen && free) taken.push(box);
      }
    },
  };
}

function createTooltip(cards, points) {
  const tooltip = document.getElementById("tooltip");
  const line = (tag, text, kind) => {
    const node = document.createElement(tag);
    node.textContent = text;
    if (kind) node.className = kind;
    return node;
  };
  return {
    hide() {
      tooltip.hidden = true;
    },
    show(i, x, y, stage) {
      const row = rowOf(points, i);
      const words = document.createElement("div");
      words.append(line("b", cards[points.cards[i]].title));
      if (points.captions) words.append(line("p", points.captions[i], "caption"));
      words.append(line("p", `row ${row.toLocaleString("en")}`));
      const thumbnail = document.querySelector(`#cards [data-row="${row}"] img`);
      tooltip.replaceChildren(...(thumbnail ? [thumbnail.cloneNode()] : []), words);
      tooltip.hidden = false;
      const left = Math.min(Math.max(0, x + 14), stage.clientWidth - tooltip.offsetWidth);
      const below = y + 16 + tooltip.offsetHeight < stage.clientHeight;
      tooltip.style.transform = `translate(${left}px, ${below ? y + 16 : y - 16 - tooltip.offsetHeight}px)`;
    },
  };
}
