// The hand-out: a page to bet on, and a page with the answer, for the settings in the address.
import { $, made } from "/static/class_bars.js";
import { about, numbers } from "/static/lesson.js";
import { draw } from "/static/draw.js";
import { tr, localNumber } from "/static/words.js";

function item(text) {
  return made("li", { textContent: text });
}

function words(lesson, settings) {
  return lesson.controls.filter(({ key }) => key !== "seed").map((control) => {
    const value = settings[control.key];
    const named = control.kind === "pick" ? control.options.find(([name]) => name === value)?.[1] : null;
    return `${control.label}: ${named ?? localNumber(value)}${control.kind === "dial" && control.unit ? ` ${control.unit}` : ""}`;
  });
}

async function pictures(figures) {
  // Pictures, so that paper gets them in the width of the paper.
  for (const figure of figures) {
    const height = [380, 255, 215][figures.length - 1] ?? 215;
    const plot = made("div", { className: "plot", style: `height:${height}px` });
    const place = made("figure", {}, made("figcaption", { textContent: figure.title }), plot);
    $("figures").append(place);
    await draw(plot, figure, figures.length > 2 ? 11 : 14);
    const source = await window.Plotly.toImage(plot, { format: "svg", width: 680, height });
    plot.replaceWith(made("img", { src: source, alt: figure.about }));
  }
}

async function begin() {
  const { lessons, version } = await about();
  const wanted = Object.fromEntries(new URLSearchParams(location.search));
  const lesson = lessons.find(({ name }) => name === wanted.lesson) ?? lessons[0];
  delete wanted.lesson;
  delete wanted.lang;
  const answer = await numbers(lesson.name, wanted);
  document.title = tr("{title}: hand-out", { title: lesson.title });
  $("title").textContent = lesson.title;
  $("again").textContent = tr("The answer: {title}", { title: lesson.title });
  $("question").textContent = lesson.question;
  $("bet").textContent = lesson.bet.question;
  $("options").append(...lesson.bet.options.map(item));
  $("settings").append(...words(lesson, answer.settings).map(item));
  $("sentence").textContent = answer.sentence;
  $("misconception").textContent = lesson.misconception;
  $("careful").append(...lesson.careful.map(item));
  $("models").textContent = lesson.models ?? "";
  $("command").textContent = tr("The same numbers: {command}", { command: answer.command });
  $("version").textContent = version;
  await pictures(answer.figures);
  $("print").disabled = false;
  document.body.dataset.ready = "1";
}

$("print").addEventListener("click", () => print());
begin();
