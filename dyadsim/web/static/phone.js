// A phone in class: the question, one bet, and the answer when the lecturer shows it.
import { $, made, post, bars, plural, every } from "/static/class_bars.js";

let state = null;
let joined = false;

function status(text) {
  $("status").textContent = text;
}

function told(error) {
  status(error.status ? error.message : "No connection to the lecturer's machine. Trying again …");
  if (error.status === 403) joined = false;
}

async function bet(option) {
  try {
    await show(await post("/api/class/bet", { round: state.round, option }));
  } catch (error) { told(error); }
}

function options() {
  $("options").replaceChildren(...state.options.map((text, k) => {
    const button = made("button", { type: "button", textContent: text });
    button.addEventListener("click", () => bet(k));
    return button;
  }));
}

function words() {
  if (state.stage === "waiting") return "You are in. The question appears here.";
  if (state.stage === "open") {
    return state.mine === null ? `Place your bet. ${plural(state.bets, "bet")} so far.`
      : `Your bet is in; you can change it until the answer is shown. ${plural(state.bets, "bet")} so far.`;
  }
  if (!state.sentence) return "The answer is being computed …";
  if (state.mine === null) return "You placed no bet this time.";
  if (!state.answers.includes(state.mine)) return "✗ The simulation says otherwise.";
  return state.answers.length > 1 ? "? Your bet may be right: the numbers leave several answers."
    : "✓ Your bet is right, in this simulated world.";
}

async function show(answer) {
  const fresh = state === null || state.round !== answer.round || state.stage !== answer.stage;
  state = answer;
  const asked = state.stage !== "waiting";
  if (fresh) {
    $("title").textContent = asked ? state.title : "";
    $("question").textContent = asked ? state.question : "Waiting for the question …";
    $("settings").textContent = asked ? `${state.settings.join(". ")}.` : "";
    if (asked) options();
    else $("options").replaceChildren();
  }
  const shown = state.stage === "shown";
  $("options").hidden = shown;
  $("answer").hidden = !shown;
  [...$("options").children].forEach((button, k) => {
    button.setAttribute("aria-pressed", state.mine === k);
  });
  if (shown) {
    $("bars").replaceChildren(...bars(state));
    $("sentence").textContent = state.sentence ?? "";
    $("sentence").hidden = !state.sentence;
  }
  status(words());
  document.body.dataset.stage = state.stage;
}

async function ask() {
  try {
    if (!joined) {
      await post("/api/class/join");
      joined = true;
    }
    const answer = await fetch("/api/class");
    if (!answer.ok) throw Object.assign(new Error((await answer.json()).error), { status: answer.status });
    await show(await answer.json());
    if (state.stage !== "waiting" && !state.known) joined = false; // the server was started anew
  } catch (error) { told(error); }
}

every(1.5, ask);
