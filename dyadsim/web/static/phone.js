// A phone in class: the question, one bet, and the answer when the lecturer shows it.
import { $, made, post, bars, bets, every } from "/static/class_bars.js";
import { tr, language } from "/static/words.js";

let state = null;
let joined = false;

function status(text) {
  $("status").textContent = text;
}

function told(error) {
  status(error.status ? error.message : tr("No connection to the lecturer's machine. Trying again …"));
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
  if (state.stage === "waiting") return tr("You are in. The question appears here.");
  if (state.stage === "open") {
    return state.mine === null ? tr("Place your bet. {bets} so far.", { bets: bets(state.bets) })
      : tr("Your bet is in; you can change it until the answer is shown. {bets} so far.", { bets: bets(state.bets) });
  }
  if (!state.sentence) return tr("The answer is being computed …");
  if (state.mine === null) return tr("You placed no bet this time.");
  if (!state.answers.includes(state.mine)) return tr("✗ The simulation says otherwise.");
  return state.answers.length > 1 ? tr("? Your bet may be right: the numbers leave several answers.")
    : tr("✓ Your bet is right, in this simulated world.");
}

async function show(answer) {
  if (answer.lang !== undefined && answer.lang !== language) { // the lecturer asks in another language
    location.replace(`${location.pathname}?lang=${answer.lang}`);
    return;
  }
  const fresh = state === null || state.round !== answer.round || state.stage !== answer.stage;
  state = answer;
  const asked = state.stage !== "waiting";
  if (fresh) {
    $("title").textContent = asked ? state.title : "";
    $("question").textContent = asked ? state.question : tr("Waiting for the question …");
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
