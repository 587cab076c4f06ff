// The lesson's page in class mode: a line with the bets, and a button that asks the class.
// The presenter's page is linked in any case.
import { $, made, post, plural, every } from "/static/class_bars.js";

const line = made("p", { className: "in-class", hidden: true });
const count = made("span", { role: "status" });
const ask = made("button", { type: "button", textContent: "Ask the class this" });
const show = made("button", { type: "button", textContent: "Show the class the answer" });
line.append(ask, " ", show, " ", count, " ",
  made("a", { href: "/screen", target: "_blank", textContent: "The class's screen" }));

function told(state) {
  line.hidden = false;
  ask.disabled = $("lock")?.getAttribute("aria-pressed") === "true";
  show.disabled = state.stage !== "open";
  const bets = state.stage === "waiting" ? "" : `, ${plural(state.bets, "bet")} on ${state.title}`;
  count.textContent = `${plural(state.here, "device")} here${bets}`;
}

function lesson() {
  return new URLSearchParams(location.search).get("lesson");
}

async function act(path, body) {
  try { told(await post(path, body)); } catch (error) { count.textContent = error.message; }
}

ask.addEventListener("click", () => act("/api/class/ask", { lesson: lesson(), settings: window.dyadsim.settings() }));
show.addEventListener("click", () => act("/api/class/show"));

export async function begin() {
  const home = document.querySelector("header .tools");
  home.prepend(made("a", { href: "/presenter", target: "_blank", className: "button", textContent: "Presenter" }), " ");
  const { inClass } = await (await fetch("/api/mode")).json();
  if (!inClass) return;
  document.querySelector("header").after(line);
  await every(2, async () => {
    try { told(await (await fetch("/api/class/room")).json()); } catch { count.textContent = ""; }
  });
}

begin();
