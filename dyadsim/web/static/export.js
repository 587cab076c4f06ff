// "Take this lesson home": the file is made in the background, with progress, and can be cancelled.
import { $, made, post } from "/static/class_bars.js";
import { tr, language } from "/static/words.js";

const PAUSE = 400; // ms between two questions about the progress
const link = $("keep");
const bar = made("progress", { max: 1, value: 0 });
bar.setAttribute("aria-label", tr("The file is being made"));
const words = made("span", { role: "status" });
const cancel = made("button", { type: "button", textContent: tr("Cancel") });
const box = made("span", { id: "export", hidden: true });
box.append(bar, " ", words, " ", cancel);
link.after(" ", box);
let job = null;

function end(text) {
  job = null;
  bar.hidden = cancel.hidden = true;
  words.textContent = text;
  document.body.dataset.exported = text;
}

async function follow(name, settings) {
  Object.assign(bar, { value: 0, hidden: false });
  box.hidden = cancel.hidden = false;
  words.textContent = tr("The file is being made …");
  delete document.body.dataset.exported;
  job = await post("/api/exports", { lesson: name, settings, lang: language });
  while (job !== null && ["waiting", "working"].includes(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (job === null) return;
    const answer = await (await fetch(`/api/exports/${job.id}`)).json();
    if (job === null) return;
    job = { id: job.id, ...answer };
    Object.assign(bar, { max: job.total || 1, value: job.done });
    words.textContent = job.state === "waiting" ? tr("Waiting for another file …")
      : tr("{n} of {m} settings", { n: job.done, m: job.total });
  }
  if (job?.state !== "ready") return void end(job?.error || tr("The file was not made."));
  const file = made("a", { href: `/export/${job.id}`, download: "" });
  file.click();
  end(tr("The file is saved."));
}

link.addEventListener("click", async (event) => {
  event.preventDefault();
  if (job !== null) return;
  const address = new URL(link.href, location.href);
  try {
    await follow(address.pathname.split("/").at(-1), Object.fromEntries(address.searchParams));
  } catch (error) { end(error.message); }
});
cancel.addEventListener("click", async () => {
  const { id } = job;
  end(tr("Cancelled."));
  await fetch(`/api/exports/${id}`, { method: "DELETE" });
});
