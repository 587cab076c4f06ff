// What the class sees on the wall: the code to join, the question, the bets, then the answer.
import { $, bars, bets, devices, every, made } from "/static/class_bars.js";
import { draw } from "/static/draw.js";
import { tr, language } from "/static/words.js";

let drawn = 0; // the round whose figure is drawn

function options(state) {
  return state.options.map((text) => made("li", {}, made("span", { className: "words", textContent: text })));
}

async function figure(state) {
  const shown = state.stage === "shown" && state.ready;
  $("figure").hidden = !shown;
  $("join").classList.toggle("little", state.stage !== "waiting");
  $("join").hidden = shown;
  if (!shown || drawn === state.round) return;
  drawn = state.round;
  const { figures } = await (await fetch("/api/class/figures")).json();
  $("caption").textContent = figures[0].title;
  const plot = $("figure").querySelector(".plot");
  plot.setAttribute("aria-label", figures[0].about);
  await draw(plot, figures[0], Math.round(innerWidth / 75));
}

async function show(state) {
  if (state.lang !== undefined && state.lang !== language) { // the lecturer asks in another language
    location.replace(`${location.pathname}?lang=${state.lang}`);
    return;
  }
  const shown = state.stage === "shown";
  $("address").textContent = state.address;
  $("title").textContent = state.stage === "waiting" ? "" : state.title;
  $("question").textContent = state.stage === "waiting" ? tr("Open this page on your phone") : state.question;
  $("settings").textContent = state.stage === "waiting" ? "" : `${state.settings.join(". ")}.`;
  document.body.classList.toggle("shown", shown);
  $("bars").replaceChildren(...(state.stage === "waiting" ? []
    : shown || state.bars ? bars(shown ? state : { ...state, answers: [] }) : options(state)));
  $("sentence").hidden = !(shown && state.sentence);
  $("sentence").textContent = shown ? state.sentence ?? "" : "";
  $("status").textContent = tr("{devices} here", { devices: devices(state.here) })
    + (state.stage === "waiting" ? "" : `, ${bets(state.bets ?? 0)}`);
  await figure(state);
  document.body.dataset.stage = state.stage;
}

every(1, async () => {
  try {
    const answer = await fetch("/api/class/room");
    if (answer.ok) await show(await answer.json());
    else $("status").textContent = tr("There is no class: start dyadsim teach class=true.");
  } catch {
    $("status").textContent = tr("No connection to dyadsim teach.");
  }
});
