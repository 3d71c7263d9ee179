// Search in the manual: words or ids, looked up in search-index.js, which is loaded when the box is first used.
"use strict";

// How well an entry fits: the better the place of a word, the higher; 0 if a word is nowhere.
function fit(words, entry) {
  const [, , id, title, text] = entry;
  const name = id.toLowerCase();
  const heading = title.toLowerCase();
  let sum = 0;
  for (const word of words) {
    if (name === word) sum += 100;
    else if (name.startsWith(word)) sum += 40;
    else if (heading.startsWith(word)) sum += 30;
    else if (heading.includes(" " + word)) sum += 20;
    else if (heading.includes(word)) sum += 10;
    else if ((" " + text).includes(" " + word)) sum += 3;
    else if (text.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

// The entries that hold every word of what was typed, the best first; those that fit alike in the order of the manual.
function findEntries(entries, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return entries
    .map((entry, place) => [fit(words, entry), place, entry])
    .filter((found) => found[0] > 0)
    .sort((one, other) => other[0] - one[0] || one[1] - other[1])
    .map((found) => found[2]);
}

// The page of an entry, from the first folder of the manual; as page_name() of the program.
function pageOf(kind, id) {
  const name = id.replace(/[^A-Za-z0-9._-]/g, (sign) => "~" + sign.codePointAt(0).toString(16).padStart(4, "0"));
  return kind + "/" + name + ".html";
}

if (typeof document !== "undefined") {
  const up = document.currentScript.dataset.up;
  const box = document.getElementById("search");
  const input = document.getElementById("search-input");
  const status = document.getElementById("search-status");
  const results = document.getElementById("search-results");
  const shown = 40;
  let index = null;

  const item = ([chapter, kind, id, title]) => {
    const link = document.createElement("a");
    link.href = up + pageOf(kind, id);
    link.textContent = title;
    const about = document.createElement("span");
    about.className = "id";
    about.textContent = ` ${id}, ${window.manualIndex.chapters[chapter]}`;
    const row = document.createElement("li");
    row.append(link, about);
    return row;
  };

  const show = () => {
    const found = findEntries(index || [], input.value);
    results.replaceChildren(...found.slice(0, shown).map(item));
    const says = !found.length ? "none" : found.length > shown ? "some" : "all";
    const waiting = !input.value.trim() || !index || !index.length;
    status.textContent = waiting ? "" : status.dataset[says].replace("{count}", found.length).replace("{shown}", shown);
  };

  const load = () => {
    if (index !== null) return;
    index = [];
    const script = document.createElement("script");
    script.src = up + "search-index.js";
    script.onload = () => {
      index = window.manualIndex.entries;
      show();
    };
    script.onerror = () => {
      status.textContent = status.dataset.missing;
    };
    document.head.append(script);
  };

  const links = () => [...results.querySelectorAll("a")];

  const step = (by) => {
    const every = [input, ...links()];
    const here = every.indexOf(document.activeElement);
    const next = every[Math.max(0, Math.min(every.length - 1, here + by))];
    if (here >= 0 && next) next.focus();
  };

  box.hidden = false;
  input.addEventListener("focus", load);
  input.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape") {
      input.value = "";
      show();
      input.focus();
    } else if (event.key === "Enter" && document.activeElement === input && links().length) links()[0].click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
}
