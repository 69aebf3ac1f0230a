
"use strict";
// Sorts, filters and opens answers. The page is whole without it.
(() => {
  const list = document.getElementById("list");
  const answers = [...list.tBodies];
  const form = document.getElementById("filters");
  const count = document.getElementById("count");

  // Sorting: each column's heading becomes a button.
  let collator;
  const compare = (a, b) => {
    collator ??= new Intl.Collator(undefined, { numeric: true });
    const numbers = [Number(a), Number(b)];
    return numbers.some(Number.isNaN) ? collator.compare(a, b) : numbers[0] - numbers[1];
  };
  const sort = (table, heading, column) => {
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const grouped = table === list;
    const rows = grouped ? [...table.tBodies] : [...table.tBodies[0].rows];
    const keyed = rows.map((row) => [(grouped ? row.rows[0] : row).cells[column].firstChild?.textContent.trim() ?? "", row]);
    // What has no value stays at the end either way.
    keyed.sort(([a], [b]) => (a === "") - (b === "") || (descending ? compare(b, a) : compare(a, b)));
    (grouped ? table : table.tBodies[0]).append(...keyed.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      if (heading.tagName !== "TH") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
  }

  // To a browser that runs scripts, what is inside <noscript> is text. That keeps thousands of elements out of the
  // page until somebody wants to see them. The text is the template's own markup, every value in it escaped. The
  // critiques stand behind this script, so that the page is ready before they have come.
  const parsed = (noscript) => {
    const template = document.createElement("template");
    template.innerHTML = noscript.textContent;
    return template.content;
  };
  let notes;
  const note = (id) => {
    const all = document.getElementById("all-notes");
    notes ??= all ? parsed(all) : new DocumentFragment();
    return notes.getElementById(id)?.firstElementChild.cloneNode(true);
  };
  // An answer and its critique, with the notes where they are referred to.
  const critique = (link) => {
    const content = parsed(document.getElementById(link.getAttribute("href").slice(1)));
    // The row above the critique names the answer.
    content.querySelector("h3").remove();
    for (const link of content.querySelectorAll("a[href^='#n']")) {
      link.replaceWith(note(link.getAttribute("href").slice(1)) ?? link);
    }
    return content;
  };

  // Filtering.
  const plain = (text) => text.toLowerCase().replace(/\s+/g, " ");
  const texts = new Map();
  const text = (answer) => {
    if (!texts.has(answer)) {
      const link = answer.querySelector("details > a");
      const content = link ? critique(link) : answer.querySelector("details").cloneNode(true);
      // The numbers behind quotations are not the answer's words.
      for (const label of content.querySelectorAll("sup")) label.remove();
      texts.set(answer, plain(`${answer.rows[0].textContent} ${content.textContent}`));
    }
    return texts.get(answer);
  };
  const filter = () => {
    const wanted = [...new FormData(form)].filter(([, value]) => value !== "");
    let shown = 0;
    for (const answer of answers) {
      const fits = wanted.every(([name, value]) =>
        name === "text"
          ? text(answer).includes(plain(value))
          : answer.dataset[name].split(" ").includes(value));
      answer.hidden = !fits;
      shown += fits;
    }
    const all = answers.length === 1 ? "1 answer" : `${answers.length} answers`;
    count.textContent = wanted.length ? `${shown} of ${all}` : all;
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  // The fields are emptied only after this event.
  form.addEventListener("reset", () => setTimeout(filter));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-filter]");
    if (!link) return;
    form.reset();
    form.elements[link.dataset.filter].value = link.dataset.value;
    if (link.dataset.also) form.elements[link.dataset.also].value = link.dataset.alsoValue;
    setTimeout(filter);
  });

  // Opening.
  const fill = (details) => {
    const link = details.querySelector(":scope > a");
    link?.replaceWith(critique(link));
  };
  list.addEventListener("toggle", (event) => event.target.open && fill(event.target), true);
  const each = (open) => () => {
    for (const answer of answers) {
      if (!open || !answer.hidden) answer.querySelector("details").open = open;
    }
  };
  document.getElementById("open").addEventListener("click", each(true));
  document.getElementById("close").addEventListener("click", each(false));
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    const details = target?.closest("#list tbody")?.querySelector("details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("DOMContentLoaded", () => {
    reveal();
    // A browser that comes back to the page fills the fields in again.
    filter();
  });
  form.hidden = false;
  performance.mark("interactive");
})();
