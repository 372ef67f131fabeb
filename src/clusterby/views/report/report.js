// The page: which cluster is picked out, in what order the cards stand, and which of them are shown.

const payload = JSON.parse(document.getElementById("payload").textContent);
const cards = payload.cards.map((card) => ({
  ...card,
  rgb: [1, 3, 5].map((at) => parseInt(card.color.slice(at, at + 2), 16)),
}));
const positions = new Map(cards.map((card, position) => [card.id, position]));
const shelves = ["cards", "ledger"].map((id) => document.getElementById(id)).filter(Boolean);
const items = shelves.flatMap((shelf) => [...shelf.children]);
const chosenBar = document.getElementById("chosen");
const map = payload.points ? createMap(cards, unpackPoints(payload.points, cards.length), choose) : null;
let chosen = null;

function choose(id) {
  chosen = id === chosen ? null : id;
  for (const item of items) {
    const isChosen = chosen !== null && Number(item.dataset.cluster) === chosen;
    item.classList.toggle("is-chosen", isChosen);
    item.querySelector("button").setAttribute("aria-pressed", String(isChosen));
    if (isChosen && item.parentElement.id === "ledger") keepInSight(item);
  }
  map?.choose(chosen === null ? null : positions.get(chosen));
  showChosen();
}

function keepInSight(item) {
  const shelf = item.parentElement;
  const [inner, outer] = [item.getBoundingClientRect(), shelf.getBoundingClientRect()];
  if (inner.top < outer.top) shelf.scrollTop -= outer.top - inner.top;
  if (inner.bottom > outer.bottom) shelf.scrollTop += inner.bottom - outer.bottom;
}

function showChosen() {
  chosenBar.hidden = chosen === null;
  if (chosen === null) return;
  const card = cards[positions.get(chosen)];
  const name = document.createElement("span");
  name.className = "name";
  name.dir = "auto";
  name.textContent = card.title;
  const link = document.createElement("a");
  link.href = `#cluster-${card.id}`;
  link.textContent = "Show its card";
  const clear = document.createElement("button");
  clear.type = "button";
  clear.setAttribute("aria-label", "Clear the choice");
  clear.textContent = "✕";
  clear.addEventListener("click", () => choose(null));
  chosenBar.replaceChildren(name, link, clear);
}

// Noise comes last whatever the order.
const orders = {
  size: (item) => -Number(item.dataset.size),
  id: (item) => Number(item.dataset.cluster),
  cohesion: (item) => (item.dataset.cohesion === "" ? Infinity : -Number(item.dataset.cohesion)),
};
function sortBy(order) {
  const isNoise = (item) => Number(item.dataset.cluster) < 0;
  const rank = orders[order];
  for (const shelf of shelves) {
    const ranked = [...shelf.querySelectorAll(":scope > [data-cluster]")].sort(
      (a, b) => isNoise(a) - isNoise(b) || rank(a) - rank(b) || Number(a.dataset.cluster) - Number(b.dataset.cluster),
    );
    shelf.prepend(...ranked);
  }
}

const words = new Map(); // what each cluster's card says, in small letters
function filterBy(text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of items.filter((each) => each.parentElement.id === "cards")) {
    const id = item.dataset.cluster;
    if (!words.has(id)) words.set(id, item.textContent.toLowerCase());
    const fits = wanted.every((word) => words.get(id).includes(word));
    for (const each of document.querySelectorAll(`[data-cluster="${id}"]`)) each.hidden = !fits;
    shown += fits;
  }
  document.getElementById("tally").textContent = wanted.length ? `${shown} of ${cards.length} shown` : "";
}

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-cluster]");
  const isReading = event.target.closest("a") || String(getSelection()) !== "";
  if (item && !isReading) choose(Number(item.dataset.cluster));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen !== null && event.target.id !== "filter") choose(null);
});
for (const kind of ["pointerover", "pointerout"]) {
  document.getElementById("cards")?.addEventListener(kind, (event) => {
    const row = event.target.closest("[data-row]")?.dataset.row;
    map?.ringRow(kind === "pointerover" && row !== undefined ? Number(row) : null);
  });
}

const controls = document.getElementById("controls");
if (controls && cards.length > 1) {
  controls.hidden = false;
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("change", (event) => event.target.name === "sort" && sortBy(event.target.value));
  document.getElementById("filter").addEventListener("input", (event) => filterBy(event.target.value));
}
for (const item of items) {
  const card = cards[positions.get(Number(item.dataset.cluster))];
  item.style.setProperty("--tint", card.color);
}
