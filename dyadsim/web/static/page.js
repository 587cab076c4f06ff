// The page: the lesson, its settings, the bet before the result. All numbers come from lesson.js.
import { draw, table, csv, images, plotly } from "./draw.js";
import { drawBet, drawScore, scoreTexts, truthsOf } from "./bet.js";
import { drawLegend } from "./legend.js";
import { showPeople, isPeople } from "./people.js";
import { tr, language, languages, localNumber } from "./words.js";
import { about, numbers, seedNumbers, query, grid, inFile, fileStart } from "./lesson.js";

const $ = (id) => document.getElementById(id);
const EXTRA = ["lesson", "projector", "lock", "lang"];
const OLD_KEYS = { luck: "seed" }; // of older links
const SESSIONS_SHOWN = 16; // of the lesson that is stepped through
const addressAtStart = location.search;
let lessons = [];
let version = "";
let lesson = null;
let settings = {};
let result = null;
let bet = null; // number of the option, or true once everything is drawn
let drawn = []; // the bet by drawing, null where nothing is drawn yet
let truths = null; // what the seeds found
let betSettings = null; // at which the bet was placed
let revealed = false;
let stale = false; // settings have moved since the bet
let locked = false;
let asking = false;
let wanted = false;
let beside = ""; // a second world, with the same clients and seed
let other = null; // its result
let scales = {}; // of the figures of two worlds: they only grow
let front = ""; // name of the figure that is in view

const WORDS = {
  "PHQ-9": tr("questionnaire on depression, 0 to 27 points; from 10 on clinical"),
  r: tr("correlation, -1 to 1; its square is the share of variance in common"),
  g: tr("difference between two groups in standard deviations of the score, corrected for small samples"),
  [tr("95 % interval")]: tr("holds the true value in 95 of 100 such studies"),
  [tr("reliably")]: tr("by more than the questionnaire's error explains in 95 of 100 clients"),
  [tr("match")]: tr("how well a therapy's ingredient meets what keeps this client's distress going"),
  [tr("distress")]: tr("what the questionnaires measure with error: 0 = healthy average, about 1.25 = clinical threshold"),
  SD: tr("standard deviation"),
  [tr("seed")]: tr("starts the random draws: another seed gives other people in the same world"),
};

function size() {
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return innerWidth < 500 ? 11 : root * 0.84;
}

function decimals(step) {
  const text = String(step);
  return text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
}

function words(control, value) {
  const number = control.key === "seed" ? String(value) : group(Number(value), decimals(control.step));
  return control.unit ? `${number} ${control.unit}` : number;
}

function fixedHere(key) {
  return (lesson.fixed[settings.world] ?? []).includes(key);
}

function fit() {
  // Figure, control and sentence share what is left of the window, whatever stands above them.
  const above = $("result").getBoundingClientRect().top + scrollY;
  document.documentElement.style.setProperty("--stage", `${Math.max(innerHeight - above - 8, 300)}px`);
}

let noteTimer = 0;

function note(text) {
  // A note clears: by its button, with Escape, and after a while.
  $("note-text").textContent = text;
  $("note").hidden = !text;
  clearTimeout(noteTimer);
  if (text) noteTimer = setTimeout(() => note(""), 15000);
}

function group(number, digits) {
  return number.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

// --- controls ------------------------------------------------------------------------------------

function row(control) {
  const line = document.createElement("div");
  line.className = "control";
  const label = document.createElement("label");
  label.htmlFor = `c-${control.key}`;
  label.append(Object.assign(document.createElement("span"), { textContent: control.label }));
  const [ask, tip] = explanation(control);
  const input = document.createElement(control.kind === "pick" ? "select" : "input");
  input.id = `c-${control.key}`;
  input.name = control.key;
  if (control.kind === "pick") {
    for (const [value, text] of control.options) input.append(new Option(text, value));
    input.addEventListener("change", () => change(control, input.value));
  } else {
    const places = grid[control.key]; // in a single file a slider moves from place to place
    const ends = places ? { min: 0, max: places.length - 1, step: 1 }
      : { min: control.low, max: control.high, step: control.step };
    Object.assign(input, { type: "range", ...ends });
    const shown = document.createElement("output");
    shown.id = `o-${control.key}`;
    shown.htmlFor = input.id;
    label.append(shown);
    input.addEventListener("input", () => change(control,
      places ? places[Number(input.value)] : Number(input.value)));
  }
  const hint = document.createElement("small");
  hint.id = `h-${control.key}`;
  input.setAttribute("aria-describedby", `${hint.id} ${tip.id}`);
  line.append(label, ask, input, hint, tip);
  return line;
}

function explanation(control) {
  // What a control means: on hover, focus or tap; Escape, leaving and a second tap close it.
  const tip = Object.assign(document.createElement("span"), { className: "tip", id: `t-${control.key}`,
    textContent: control.help, hidden: true });
  tip.setAttribute("role", "tooltip");
  const ask = Object.assign(document.createElement("button"), { type: "button", className: "ask", textContent: "?" });
  ask.setAttribute("aria-label", tr("What does “{label}” mean?", { label: control.label }));
  ask.setAttribute("aria-describedby", tip.id);
  const shown = (yes) => { tip.hidden = !yes; ask.setAttribute("aria-expanded", yes); };
  shown(false);
  let tapped = false;
  ask.addEventListener("pointerdown", () => { tapped = !tip.hidden && document.activeElement === ask; });
  ask.addEventListener("click", () => { shown(!tapped); tapped = false; });
  for (const event of ["mouseenter", "focus"]) ask.addEventListener(event, () => shown(true));
  for (const event of ["mouseleave", "blur"]) ask.addEventListener(event, () => shown(false));
  ask.addEventListener("keydown", (event) => { if (event.key === "Escape") shown(false); });
  return [ask, tip];
}

function slot(places, value) {
  return places.reduce((best, place, k) => (Math.abs(place - value) < Math.abs(places[best] - value) ? k : best), 0);
}

function change(control, value) {
  settings[control.key] = value;
  if (control.key === "world") Object.assign(settings, lesson.own[value], { seed: settings.seed });
  stale = true;
  controls();
  ask();
}

function controls() {
  for (const control of lesson.controls) {
    const input = $(`c-${control.key}`);
    const still = inFile && !(control.key in grid);
    const fixed = fixedHere(control.key);
    const places = control.kind === "dial" ? grid[control.key] : undefined;
    input.value = places ? slot(places, settings[control.key]) : settings[control.key];
    input.disabled = locked || fixed || still;
    $(`h-${control.key}`).textContent = fixed ? tr("fixed by this world's claim")
      : still ? tr("moves only on the live page") : "";
    if (control.kind === "dial") {
      const text = words(control, settings[control.key]);
      $(`o-${control.key}`).textContent = text;
      input.setAttribute("aria-valuetext", text);
    }
  }
  for (const id of ["new-seed", "reset", "next"]) $(id).disabled = locked || (inFile && id === "new-seed");
  for (const button of $("presets").children) {
    button.disabled = locked;
    button.setAttribute("aria-pressed", same(lesson.presets[button.textContent]));
  }
  for (const button of $("lessons").querySelectorAll("button")) button.disabled = locked;
  $("again").disabled = locked;
  $("next").textContent = settings.held >= SESSIONS_SHOWN ? tr("Start over") : tr("Next session");
  ready();
  if (!revealed) betQuestion();
}

function from(preset) {
  const world = preset.world ?? lesson.start.world;
  return { ...lesson.start, ...lesson.own[world], ...preset, world, seed: settings.seed };
}

function same(preset) {
  return Object.entries(from(preset)).every(([key, value]) =>
    settings[key] === value || fixedHere(key));
}

function place(values) {
  settings = values;
  hide();
  controls();
  ask();
}

// --- the bet -------------------------------------------------------------------------------------

function hide() {
  revealed = false;
  stale = false;
  bet = null;
  truths = null;
  betSettings = null;
  reveal(false);
  $("score").replaceChildren();
  options();
  ready();
}

function reveal(yes) {
  $("bet").hidden = yes;
  for (const id of ["shown", "careful-box", "facts-box", "save-box", "figures", "again"]) $(id).hidden = !yes;
  $("tabs").hidden = !yes || $("tabs").children.length < 2;
  $("view").classList.toggle("betting", !yes);
  $("article").classList.toggle("revealed", yes);
}

function worded(template) {
  // A question names its settings: {each}, {comparator} ... are those of now.
  return template.replace(/\{([\w.]+)\}/g, (_, key) => {
    const control = lesson.controls.find((candidate) => candidate.key === key);
    if (control.kind === "dial") return words(control, settings[key]);
    return (control.options.find(([value]) => value === settings[key])?.[1] ?? settings[key]).split(/[:,]/)[0];
  });
}

function ready() {
  $("reveal").disabled = locked || bet === null;
  $("bet-hint").hidden = bet !== null;
}

function betQuestion() {
  $("bet-question").textContent = tr("Your bet: {bet}", { bet: worded(lesson.bet.drawing?.ask ?? lesson.bet.question) });
}

function options() {
  const drawing = lesson.bet.drawing;
  betQuestion();
  $("bet-hint").textContent = drawing ? tr("Drag every mark, or use the arrow keys.") : tr("Place your bet first.");
  if (drawing) {
    drawn = drawing.handles.map(() => null);
    drawBet($("bet-options"), drawing, drawn, () => { bet = drawn.includes(null) ? null : true; ready(); });
    return;
  }
  $("bet-options").replaceChildren(...lesson.bet.options.map((text, k) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "bet", value: k });
    input.addEventListener("change", () => { bet = k; ready(); });
    label.append(input, ` ${text}`);
    return label;
  }));
}

function drawnVerdict() {
  const drawing = lesson.bet.drawing;
  const moved = stale ? tr(" At the settings of your bet:") : "";
  if (truths === null) return tr("Your bet is drawn; thirty seeds are being simulated …");
  const seeds = Math.max(...truths.map((truth) => truth?.seeds ?? 0));
  drawScore($("score"), drawing, drawn, truths);
  return `${seeds === 1 ? tr("Over 1 seed.") : tr("Over {seeds} seeds.", { seeds })}${moved} ${scoreTexts(drawing, drawn, truths).join(" ")}`;
}

async function score() {
  // By distance, over thirty seeds: never by the one draw that is in view.
  const [drawing, name, at] = [lesson.bet.drawing, lesson.name, { ...settings }];
  betSettings = at;
  truths = null;
  $("score").replaceChildren();
  const places = drawing.handles.map((handle) => ({ ...at,
    ...(handle.world && handle.world !== at.world ? elsewhere(handle.world, at) : {}), ...Object.fromEntries(handle.at) }));
  const found = new Map(places.map((place) => [query(place), []]));
  for (const first of [1, 11, 21]) {
    await new Promise((resolve) => setTimeout(resolve, 600)); // figures and sliders come first
    if (betSettings !== at) return;
    for (const place of found.keys()) {
      try {
        const values = Object.fromEntries(new URLSearchParams(place));
        found.get(place).push(...await seedNumbers(name, values, first, result));
      } catch {
        return; // the page is left, or the server has stopped; asking for numbers says so
      }
    }
    if (betSettings !== at) return;
    truths = truthsOf(drawing, drawing.handles.map((handle, k) =>
      found.get(query(places[k])).map((one) => one[handle.key] ?? null)));
    $("verdict").textContent = drawnVerdict();
    if (inFile) break;
  }
  document.body.dataset.scored = String(Number(document.body.dataset.scored ?? 0) + 1);
}

function elsewhere(world, at) {
  // The same settings in another world: what was not moved has that world's own value.
  const same = Object.fromEntries(lesson.controls
    .filter(({ key }) => key !== "world" && at[key] === lesson.own[at.world]?.[key])
    .map(({ key }) => [key, lesson.own[world][key]]));
  return { ...same, world, seed: at.seed };
}

function verdict() {
  if (lesson.bet.drawing) return drawnVerdict();
  // Several answers are left where the interval holds more than one: then there is no verdict.
  const left = result.answers.map((option) => `“${lesson.bet.options[option]}”`).join(tr(" or "));
  const mine = lesson.bet.options[bet];
  const here = stale ? tr(" at these settings") : "";
  if (!result.answers.includes(bet)) {
    return tr("✗ You bet “{mine}”; the answer is {left}{here}.", { mine, left, here });
  }
  if (result.answers.length > 1) {
    return tr("? Your bet “{mine}” may be right{here}: the interval leaves {left}.", { mine, left, here });
  }
  return stale ? tr("✓ Your bet “{mine}” is right here too.", { mine }) : tr("✓ Your bet “{mine}” is right.", { mine });
}

// --- numbers and figures -------------------------------------------------------------------------

async function ask() {
  // The newest settings win: one request at a time, and the last one is always answered.
  wanted = true;
  if (asking) return;
  asking = true;
  while (wanted) {
    wanted = false;
    const name = lesson.name;
    try {
      const answer = await numbers(name, settings);
      if (!wanted && name === lesson.name) await show(answer);
    } catch (error) {
      note(tr("The numbers could not be computed ({why}). Is dyadsim teach still running?", { why: error.message }));
    }
  }
  asking = false;
  document.body.dataset.ready = String(Number(document.body.dataset.ready ?? 0) + 1);
}

async function show(answer) {
  result = answer;
  if (answer.notes.length) note(tr("Some settings were changed: {notes}.", { notes: answer.notes.join("; ") }));
  settings = { ...answer.settings };
  controls();
  $("command").textContent = answer.command;
  address();
  if (!revealed) return;
  const second = beside && beside !== settings.world;
  other = second ? await numbers(lesson.name, { ...settings, ...elsewhere(beside, settings) }) : null;
  $("verdict").textContent = verdict();
  const [lead, ...rest] = answer.sentence.split(/(?<=\.) (?=[A-ZÀ-Þ0-9])/);
  $("sentence").textContent = lead;
  $("rest").textContent = rest.join(" ");
  worldFacts();
  $("errors").textContent = standardErrors(answer);
  await figures(answer.figures);
}

function worldFacts() {
  const known = lesson.facts[settings.world] ?? [];
  $("facts").replaceChildren(...known.map((fact) => {
    const mark = { violated: tr("✗ missed"), undecided: tr("? undecided"), met: tr("✓ met") }[fact.verdict];
    return Object.assign(document.createElement("li"), {
      textContent: `${mark}: ${tr("{name}, published {published}, here {here}", fact)}` });
  }));
  const missed = known.filter(({ verdict }) => verdict === "violated").length;
  $("facts-box").querySelector("summary").textContent =
    tr("What this world gets wrong: {n} of {m} published facts of this lesson", { n: missed, m: known.length });
}

function standardErrors(answer) {
  const known = Object.entries(answer.numbers).filter(([name, value]) => name.endsWith(".se") && value > 1e-6).slice(0, 4);
  const said = known.map(([name, value]) =>
    `${answer.words?.[name.slice(0, -3)] ?? name.slice(0, -3)} ±${localNumber(Number(value.toPrecision(2)))}`);
  return said.length ? tr("Standard errors due to chance: {list}.", { list: said.join(", ") }) : "";
}

async function figures(list) {
  const home = $("figures");
  const names = list.map((figure) => figure.name).join(" ");
  if (!list.some((figure) => figure.name === front)) front = list[0].name;
  if (home.dataset.names !== names) {
    home.dataset.names = names;
    home.replaceChildren(...list.map((figure) => {
      const element = document.createElement("figure");
      element.id = `f-${figure.name}`;
      const plot = Object.assign(document.createElement("div"), { className: "plot" });
      plot.setAttribute("role", "img");
      const pair = Object.assign(document.createElement("div"), { className: "pair" });
      const second = Object.assign(document.createElement("div"), { className: "beside", hidden: true });
      second.setAttribute("role", "img");
      pair.append(plot, second);
      element.append(document.createElement("figcaption"), pair);
      return element;
    }));
    $("tabs").replaceChildren(...list.map((figure) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: figure.title });
      button.dataset.name = figure.name;
      button.addEventListener("click", async () => { front = figure.name; await figures(result.figures); });
      return button;
    }));
    $("tabs").hidden = list.length < 2;
  }
  for (const figure of list) $(`f-${figure.name}`).hidden = figure.name !== front;
  for (const figure of list) {
    const element = $(`f-${figure.name}`);
    element.querySelector("figcaption").textContent = figure.title;
    element.querySelector(".plot").setAttribute("aria-label", figure.about);
    const tab = [...$("tabs").children].find((button) => button.dataset.name === figure.name);
    tab.textContent = figure.title;
    tab.setAttribute("aria-pressed", figure.name === front);
    if (figure.name === front) await drawWorlds(element, figure);
  }
  tables();
  document.body.dataset.drawn = String(Number(document.body.dataset.drawn ?? 0) + 1);
}

async function drawWorlds(element, figure) {
  const twin = other?.figures.find(({ name }) => name === figure.name);
  const second = element.querySelector(".beside");
  second.hidden = !twin;
  element.querySelector("figcaption").hidden = isPeople(figure) && !twin; // its tab says the same
  if (isPeople(figure)) return people(element, figure, twin);
  if (!twin) return draw(element.querySelector(".plot"), figure, size(), null, true);
  element.querySelector("figcaption").textContent = tr("{title}: {world} world, and {other} world (same clients, same seed)",
    { title: figure.title, world: worldName(settings.world), other: worldName(beside) });
  scales[figure.name] = commonScale([figure, twin], scales[figure.name]);
  const plot = element.querySelector(".plot");
  const top = Math.max(drawLegend(plot, figure), drawLegend(second, twin)); // axes side by side
  await draw(plot, figure, size(), scales[figure.name], top);
  second.setAttribute("aria-label", tr("{world} world: {about}", { world: worldName(beside), about: twin.about }));
  second.title = other.sentence;
  return draw(second, twin, size(), scales[figure.name], top);
}

function worldName(name) {
  // As the choice of worlds says it, without what it explains.
  const world = lesson.controls.find(({ key }) => key === "world");
  return (world.options.find(([value]) => value === name)?.[1] ?? name).split(":")[0];
}

function people(element, figure, twin) {
  const worlds = [[settings.world, figure], ...(twin ? [[beside, twin]] : [])];
  const elsewheres = Object.keys(lesson.own).filter((world) => world !== settings.world);
  const at = { ...settings };
  return showPeople(element.querySelector(".pair"), {
    worlds: worlds.map(([world, shown]) => ({ name: worldName(world), figure: shown })),
    key: query(at),
    twins: () => Promise.all(elsewheres.map(async (world) => {
      const answer = await numbers(lesson.name, { ...at, ...elsewhere(world, at) });
      const there = answer.figures.find(({ name }) => name === figure.name);
      return { name: worldName(world), figure: there };
    })),
  });
}

function commonScale(both, old) {
  // The range of both worlds; it never shrinks while the lesson is open.
  const ends = (of) => {
    const all = both.flatMap((figure) => figure.series.flatMap(of)).filter((value) => typeof value === "number");
    return all.length ? [Math.min(...all), Math.max(...all)] : null;
  };
  const wider = (a, b) => (a && b ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : a ?? b);
  return { x: wider(ends(({ x }) => x), old?.x), y: wider(ends(({ y, low, high }) => [...y, ...low, ...high]), old?.y) };
}

function besideRow() {
  const line = Object.assign(document.createElement("div"), { className: "control" });
  const label = Object.assign(document.createElement("label"), { htmlFor: "beside", textContent: tr("Beside it") });
  const select = Object.assign(document.createElement("select"), { id: "beside" });
  select.append(new Option(tr("no other world"), ""), ...Object.keys(lesson.own).map((world) => new Option(worldName(world), world)));
  select.addEventListener("change", () => { beside = select.value; ask(); });
  line.append(label, select);
  return line;
}

function tables() {
  if (!$("save-box").open || result === null) return;
  $("tables").replaceChildren(...result.figures.map((figure) => {
    const home = Object.assign(document.createElement("div"), { className: "scroll", tabIndex: 0 });
    home.append(table(figure));
    return home;
  }));
}

// --- address, files ------------------------------------------------------------------------------

function address() {
  const extra = { lesson: lesson.name, ...(language === "en" ? {} : { lang: language }) };
  if (document.documentElement.classList.contains("projector")) extra.projector = 1;
  if (locked) extra.lock = 1;
  if (!inFile) history.replaceState(null, "", `?${query({ ...extra, ...settings })}`);
  $("keep").href = `/export/${lesson.name}?${query(settings)}`;
}

function save(name, content, kind) {
  const link = document.createElement("a");
  link.href = content.startsWith("data:") ? content : URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
}

function spare() {
  // A place out of sight: people who move are saved as their courses.
  const place = Object.assign(document.createElement("div"), { className: "spare" });
  place.setAttribute("aria-hidden", "true");
  document.body.append(place);
  return place;
}

async function savePictures(kind) {
  const places = [];
  for (const figure of result.figures) { // also those that are not in view
    const plot = isPeople(figure) ? spare() : $(`f-${figure.name}`).querySelector(".plot");
    await draw(plot, figure, size(), null, !isPeople(figure));
    places.push(plot);
  }
  const pictures = await images(places, result.figures.map((figure) => figure.title), kind);
  pictures.forEach((data, k) => save(`dyadsim_${lesson.name}_${result.figures[k].name}.${kind}`, data));
  for (const place of document.querySelectorAll(".spare")) place.remove();
}

// --- lessons -------------------------------------------------------------------------------------

function find(name) {
  return lessons.find((candidate) => candidate.name === name) ?? lessons[0];
}

function open(name, values = null) {
  lesson = find(name);
  for (const button of $("lessons").querySelectorAll("button")) {
    if (button.dataset.name && button.dataset.name === lesson.name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  document.title = `${lesson.title} · dyadsim`;
  $("title").textContent = lesson.title;
  $("question").textContent = lesson.question;
  $("misconception").textContent = lesson.misconception;
  $("careful").replaceChildren(...lesson.careful.map((text) =>
    Object.assign(document.createElement("li"), { textContent: text })));
  const main = lesson.controls.filter(({ key }) => key === "world" || key === lesson.main);
  $("main-controls").replaceChildren(...main.map(row), besideRow());
  beside = "";
  other = null;
  scales = {};
  $("controls").replaceChildren(...lesson.controls.filter((control) => !main.includes(control)).map(row));
  $("models").textContent = lesson.models;
  $("next").hidden = !lesson.controls.some((control) => control.key === "held");
  $("unit").hidden = !lesson.controls.some((control) => control.unit === "distress");
  $("presets").replaceChildren(...Object.entries(lesson.presets).map(([title, preset]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
    button.addEventListener("click", () => place(from(preset)));
    return button;
  }));
  $("figures").replaceChildren();
  $("figures").dataset.names = "";
  $("tabs").replaceChildren();
  for (const fold of document.querySelectorAll(".folds details, .more")) fold.open = false;
  $("wait").hidden = true;
  $("article").hidden = false;
  $("opening").hidden = true;
  fit();
  $("lessons").querySelector('[aria-current="page"]').scrollIntoView({ block: "nearest", inline: "center" });
  place({ ...lesson.start, ...(inFile ? fileStart : values ?? {}) });
}

function opening() {
  // One client told twice; a lesson is opened behind it, so that everything else works as usual.
  $("opening").hidden = false;
  $("article").hidden = true;
  $("opening-said").hidden = true;
  for (const button of $("lessons").querySelectorAll("button")) {
    if (button.dataset.name) button.removeAttribute("aria-current");
    else button.setAttribute("aria-current", "page");
  }
  document.title = tr("dyadsim: lessons");
}

function fromAddress() {
  // Values come as text; the server makes them possible and says what it changed.
  const wanted = Object.fromEntries(new URLSearchParams(location.search));
  for (const [old, key] of Object.entries(OLD_KEYS)) {
    if (old in wanted) wanted[key] ??= wanted[old];
    delete wanted[old];
  }
  const name = wanted.lesson;
  const chosen = find(name);
  document.documentElement.classList.toggle("projector", wanted.projector === "1");
  locked = wanted.lock === "1";
  for (const key of EXTRA) delete wanted[key];
  if (name && chosen.name !== name) note(tr("There is no lesson with the name in the address; this is the first one."));
  const world = wanted.world in chosen.own ? wanted.world : chosen.start.world;
  const values = { ...chosen.start, ...(chosen.own[world] ?? {}) };
  for (const [key, value] of Object.entries(wanted)) {
    values[key] = typeof values[key] === "number" && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return [chosen.name, name && chosen.name !== name ? {} : values];
}

function restore() {
  const [name, values] = fromAddress();
  modes();
  open(name, values);
}

function modes() {
  $("projector").setAttribute("aria-pressed", document.documentElement.classList.contains("projector"));
  $("lock").setAttribute("aria-pressed", locked);
  $("lock").textContent = locked ? tr("Unlock") : tr("Lock");
}

async function begin() {
  ({ lessons, version } = await about());
  $("version").textContent = version;
  $("words").replaceChildren(...Object.entries(WORDS).flatMap(([word, meaning]) => [
    Object.assign(document.createElement("dt"), { textContent: word }),
    Object.assign(document.createElement("dd"), { textContent: meaning })]));
  $("lessons").replaceChildren(...lessons.map((entry) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: entry.title });
    button.dataset.name = entry.name;
    button.addEventListener("click", () => {
      note("");
      if (!inFile) history.pushState(null, "", location.search); // Back leads to the previous lesson
      open(entry.name);
      $("lesson").focus();
    });
    item.append(button);
    return item;
  }));
  const first = document.createElement("li");
  const story = Object.assign(document.createElement("button"), { type: "button", textContent: tr("One client, told twice") });
  story.addEventListener("click", () => { opening(); $("lesson").focus(); });
  first.append(story);
  first.className = "story";
  first.value = 0; // the lessons are counted from one
  $("lessons").prepend(first);
  restore();
  if (!inFile && !new URLSearchParams(addressAtStart).has("lesson")) opening();
  first.hidden = inFile;
  setTimeout(plotly, 50);
}

$("bet").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (bet === null || locked || result === null) return;
  revealed = true;
  reveal(true);
  if (lesson.bet.drawing) score();
  await show(result);
  $("verdict").focus({ preventScroll: true });
  if (innerWidth <= 960) $("result").scrollIntoView({ block: "start" });
  else scrollTo(0, 0);
});
for (const button of $("opening-answers").children) {
  button.addEventListener("click", () => {
    $("opening-answer").textContent = button.dataset.answer;
    $("opening-said").hidden = false;
    $("begin").focus();
  });
}
$("begin").addEventListener("click", () => { open(lessons[0].name); $("lesson").focus(); });
$("again").addEventListener("click", () => { hide(); $("bet-options").querySelector("input, [role=slider]").focus(); });
$("next").addEventListener("click", () => {
  const control = lesson.controls.find(({ key }) => key === "held");
  change(control, settings.held >= control.high ? control.low : settings.held + 1);
});
$("new-seed").addEventListener("click", () => {
  settings.seed = 1 + Math.floor(Math.random() * 9999);
  stale = true;
  ask();
});
$("reset").addEventListener("click", () => { note(""); place({ ...lesson.start, ...(inFile ? fileStart : {}) }); });
$("link").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    note(tr("The link is copied: it opens these settings with this random seed."));
  } catch {
    note(tr("This link opens these settings with this random seed: {link}", { link: location.href }));
  }
});
$("projector").addEventListener("click", async () => {
  document.documentElement.classList.toggle("projector");
  modes();
  fit();
  address();
  if (revealed) await figures(result.figures);
  window.dispatchEvent(new Event("resize")); // the figures have another size now
});
$("lock").addEventListener("click", () => { locked = !locked; modes(); controls(); address(); });
$("save-png").addEventListener("click", () => savePictures("png"));
$("save-svg").addEventListener("click", () => savePictures("svg"));
$("save-csv").addEventListener("click", () => save(`dyadsim_${lesson.name}.csv`, csv(result, version), "text/csv"));
for (const id of ["controls", "main-controls"]) $(id).addEventListener("submit", (event) => event.preventDefault());
$("save-box").addEventListener("toggle", tables);
$("language").append(...Object.entries(languages).map(([name, title]) =>
  Object.assign(new Option(title, name, name === language, name === language), { lang: name })));
$("language").addEventListener("change", () => {
  const wanted = new URLSearchParams(location.search);
  wanted.set("lang", $("language").value);
  location.search = wanted;
});
$("language").hidden = inFile || Object.keys(languages).length < 2;
$("note-close").addEventListener("click", () => note(""));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") note(""); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (revealed) figures(result.figures); });
window.addEventListener("popstate", restore);
window.addEventListener("resize", fit);
if (inFile) for (const id of ["keep", "link"]) $(id).hidden = true;
window.dyadsim = { settings: () => ({ ...settings }), result: () => result };
begin();
