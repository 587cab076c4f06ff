// The lesson's page in class mode: a line with the bets, and a button that asks the class.
// The presenter's page is linked in any case.
import { $, made, post, bets, devices, every } from "/static/class_bars.js";
import { tr, language, inLanguage } from "/static/words.js";

const line = made("p", { className: "in-class", hidden: true });
const count = made("span", { role: "status" });
const ask = made("button", { type: "button", textContent: tr("Ask the class this") });
const show = made("button", { type: "button", textContent: tr("Show the class the answer") });
line.append(ask, " ", show, " ", count, " ",
  made("a", { href: inLanguage("/screen"), target: "_blank", textContent: tr("The class's screen") }));

function told(state) {
  line.hidden = false;
  ask.disabled = $("lock")?.getAttribute("aria-pressed") === "true";
  show.disabled = state.stage !== "open";
  const here = tr("{devices} here", { devices: devices(state.here) });
  count.textContent = state.stage === "waiting" ? here
    : tr("{here}, {bets} on {title}", { here, bets: bets(state.bets), title: state.title });
}

function lesson() {
  return new URLSearchParams(location.search).get("lesson");
}

async function act(path, body) {
  try { told(await post(path, body)); } catch (error) { count.textContent = error.message; }
}

ask.addEventListener("click", () => act("/api/class/ask", { lesson: lesson(), settings: window.dyadsim.settings(), lang: language }));
show.addEventListener("click", () => act("/api/class/show"));

export async function begin() {
  const home = document.querySelector("header .tools");
  home.prepend(made("a", { href: inLanguage("/presenter"), target: "_blank", className: "button", textContent: tr("Presenter") }), " ");
  const { inClass } = await (await fetch("/api/mode")).json();
  if (!inClass) return;
  document.querySelector("header").after(line);
  await every(2, async () => {
    try { told(await (await fetch("/api/class/room")).json()); } catch { count.textContent = ""; }
  });
}

begin();
