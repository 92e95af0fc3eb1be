"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);

  // Colors follow the system until the user chooses others.
  const themes = one("themes");
  const storedTheme = (write) => {
    try {
      if (write !== undefined) localStorage.setItem("dcr-theme", write);
      return localStorage.getItem("dcr-theme") || "";
    } catch {
      return write || ""; // a sandboxed page has no storage
    }
  };
  const applyTheme = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const theme = ["light", "dark"].find((each) => each === storedTheme()) || "";
  for (const radio of all("input", themes)) {
    radio.checked = radio.value === theme;
    radio.addEventListener("change", () => applyTheme(storedTheme(radio.value)));
  }
  applyTheme(theme);
  themes.hidden = false;

  // Copy buttons of the hints.
  const copy = async (words) => {
    try {
      await navigator.clipboard.writeText(words.textContent);
      return true;
    } catch {
      const range = document.createRange();
      range.selectNodeContents(words);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return document.execCommand("copy");
    }
  };
  for (const button of all("button.copy")) {
    button.hidden = false;
    const name = button.firstChild;
    button.addEventListener("click", async () => {
      name.data = (await copy(button.parentNode.querySelector(".words"))) ? "Copied" : "Selected";
      setTimeout(() => { name.data = "Copy"; }, 2000);
    });
  }

  // A link to an issue or a kind shows its target, even if it is filtered out or folded.
  const form = one("filters");
  const findTarget = () => {
    try {
      return location.hash.length > 1 && one(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null; // an address that was typed may be malformed
    }
  };
  const showTarget = () => {
    const target = findTarget();
    if (!target) return;
    if (form && target.closest("[hidden]")) form.reset();
    for (let fold = target.closest("details"); fold; fold = fold.parentNode.closest("details")) fold.open = true;
    if (target.matches(".issue")) all("details", target).slice(0, 1).forEach((fold) => { fold.open = true; });
    let times = 3; // an issue gets its real height once it is in view, which moves the ones below it
    const go = () => {
      target.scrollIntoView();
      if (--times) requestAnimationFrame(go);
    };
    go();
  };

  // Printing unfolds everything.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

  if (form) {
    const issues = all(".issue").map((node) => ({
      node,
      words: [node.closest(".contract").querySelector("header").textContent, ...all(".tags,h3,.consequence,.acceptance,.hint,.row", node).map((each) => each.textContent)]
        .join(" ").toLowerCase(),
    }));
    const sections = all(".contract");
    const shown = one("shown");
    const applyFilters = () => {
      const states = new Set(all("[name=state]:checked", form).map((box) => box.value));
      const kind = one("filter-kind").value;
      const contract = one("filter-contract").value;
      const words = one("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
      let number = 0;
      for (const { node, words: text } of issues) {
        const fits = states.has(node.dataset.state) && (!kind || node.dataset.kind === kind)
          && (!contract || node.dataset.contract === contract) && words.every((word) => text.includes(word));
        node.hidden = !fits;
        number += fits;
      }
      for (const section of sections) section.hidden = !section.querySelector(".issue:not([hidden])");
      one("none").hidden = number > 0;
      const status = number.toLocaleString("en") + " of " + issues.length.toLocaleString("en") + (issues.length === 1 ? " issue" : " issues");
      if (shown.textContent !== status) shown.textContent = status;
    };
    let waiting = 0;
    const applyFiltersLater = () => {
      clearTimeout(waiting);
      waiting = setTimeout(applyFilters, issues.length > 500 ? 150 : 0);
    };
    form.addEventListener("input", applyFiltersLater);
    form.addEventListener("reset", () => setTimeout(applyFilters, 0));
    form.addEventListener("submit", (event) => event.preventDefault());
    const unfold = one("unfold");
    const folds = all(".issue > details");
    if (folds.length) {
      unfold.hidden = false;
      unfold.addEventListener("click", () => {
        const open = unfold.textContent === "Unfold all";
        folds.forEach((fold) => { fold.open = open; });
        unfold.textContent = open ? "Fold all" : "Unfold all";
      });
    }
    form.hidden = false;
    applyFilters(); // a browser may have kept earlier choices
  }
  addEventListener("hashchange", showTarget);
  showTarget();
})();
