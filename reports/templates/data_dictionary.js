"use strict";
// Finds entries by every word typed; opens what fits, hides what does not. Nothing is fetched.
const box = document.getElementById("find"), told = document.getElementById("found");
const plain = (text) => text.normalize("NFKC").toLowerCase();
const entries = [...document.querySelectorAll(".entry")].map((e) => ({ e, text: plain(e.textContent), rows: [...e.querySelectorAll("tbody tr")] }));
const search = () => {
  const words = plain(box.value).split(/\s+/).filter(Boolean);
  const fits = (text) => words.every((word) => text.includes(word));
  let count = 0;
  for (const { e, text, rows } of entries) {
    const shown = fits(text);
    e.hidden = !shown;
    e.open = words.length > 0 && shown;
    const hits = words.length ? rows.filter((row) => fits(plain(row.textContent))) : [];
    // Where single rows fit, the others are left out; where only the entry as a whole fits, all stay.
    for (const row of rows) row.hidden = hits.length > 0 && !hits.includes(row);
    count += shown;
  }
  for (const section of document.querySelectorAll("section[data-entries]")) section.hidden = words.length > 0 && !section.querySelector(".entry:not([hidden])");
  for (const section of document.querySelectorAll("section[data-aside]")) section.hidden = words.length > 0;
  told.textContent = words.length ? (count ? `${count}件が見つかりました。` : "見つかりません。別の言葉か、短い言葉で探してください。") : "";
};
const open = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.matches(".entry")) { if (target.hidden) { box.value = ""; search(); } target.open = true; target.scrollIntoView(); }
};
box.addEventListener("input", search);
addEventListener("hashchange", open);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
  if (event.key === "Escape" && document.activeElement === box) { box.value = ""; search(); }
});
addEventListener("beforeprint", () => { for (const { e } of entries) { e.dataset.was = e.open; e.open = true; } });
addEventListener("afterprint", () => { for (const { e } of entries) e.open = e.dataset.was === "true"; });
open();
