"use strict";
(() => {
  // Two versions of one dataset, one next to the other, from the values that the page contains.
  const form = document.getElementById("versions");
  if (!form) return;
  const one = (id) => document.getElementById(id);
  const { versions, records, changes } = JSON.parse(one("data").textContent);
  const previous = one("previous");
  const proposed = one("proposed");
  const showAll = one("all");

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const hidden = (text) => element("span", "visually-hidden", text);

  versions.forEach((version, number) => {
    for (const select of [previous, proposed]) {
      const option = element("option", "", version.label + ", " + version.day);
      option.value = String(number);
      select.prepend(option);
    }
  });

  const numberOf = (label, otherwise) => {
    const number = versions.findIndex((version) => version.label === label);
    return String(number < 0 ? otherwise : number);
  };

  // Which lines differ: pairs of names with the values on both sides; an absent value is undefined.
  const comparePairs = (before, after) => {
    const sides = [new Map(before), new Map(after)];
    return [...new Set([...sides[0].keys(), ...sides[1].keys()])].map((name) => {
      const values = sides.map((side) => side.get(name));
      return { name, values, isChanged: values[0] !== values[1] };
    });
  };

  const cell = (side, value, isChanged) => {
    const made = element("td", side);
    if (value === undefined) {
      made.classList.add("absent");
      made.append(hidden("none"));
      return made;
    }
    const tag = side === "previous" ? "del" : "ins";
    made.append(isChanged ? element(tag, "", value) : document.createTextNode(value));
    return made;
  };

  const table = (title, state, lines) => {
    const made = element("table", "side-by-side " + state);
    const caption = element("caption");
    caption.append(element("code", "", title), " ", element("span", "state", state));
    const head = element("thead");
    const top = element("tr");
    const corner = element("th");
    corner.scope = "col";
    corner.append(hidden("value"));
    top.append(corner);
    for (const select of [previous, proposed]) {
      const heading = element("th", "", versions[select.value].label);
      heading.scope = "col";
      top.append(heading);
    }
    head.append(top);
    const body = element("tbody");
    for (const { name, values, isChanged } of lines) {
      const row = element("tr", isChanged ? "changed" : "");
      const heading = element("th", "", name);
      heading.scope = "row";
      row.append(heading, cell("previous", values[0], isChanged), cell("proposed", values[1], isChanged));
      body.append(row);
    }
    made.append(caption, head, body);
    return made;
  };

  const stateOf = (before, after, lines) => {
    if (before === undefined) return "added";
    if (after === undefined) return "removed";
    return lines.some((line) => line.isChanged) ? "changed" : "equal";
  };

  // Fields in the order of the proposed version; removed ones follow.
  const compareFields = (first, second) => {
    const sides = [new Map(first.fields), new Map(second.fields)];
    return [...new Set([...sides[1].keys(), ...sides[0].keys()])].map((path) => {
      const [before, after] = sides.map((side) => side.get(path));
      const lines = before === after ? comparePairs(records[before], records[before])
        : comparePairs(before === undefined ? [] : records[before], after === undefined ? [] : records[after]);
      return { title: path, state: stateOf(before, after, lines), lines };
    });
  };

  const step = (number) => {
    const { bump, issues } = changes[number];
    const item = element("li", "entry");
    const head = element("p", "head");
    head.append(element("b", "version", versions[number].label));
    if (bump) {
      const words = element("span", "bump " + (bump[2] ? "enough" : "short"), " requires a ");
      words.append(element("b", "", bump[0]), " bump, has ", element("b", "", bump[1]));
      if (!bump[2]) words.append(hidden(", which is not enough"));
      head.append(words);
    }
    item.append(head);
    if (issues.length) {
      const list = element("ul", "breaks");
      for (const [state, message, kind, reason] of issues) {
        const issue = element("li", "break " + state);
        issue.append(element("span", "badge " + state, state), " ", element("span", "message", message), " ", element("code", "kind", kind));
        if (reason) issue.append(element("p", "reason", "Accepted: " + reason));
        list.append(issue);
      }
      item.append(list);
    }
    return item;
  };

  const showSteps = (from, to) => {
    const between = [];
    for (let number = to; number > from; number -= 1) if (changes[number]) between.push(step(number));
    one("steps").hidden = !between.length;
    one("steps-list").replaceChildren(...between);
  };

  const COUNTED = ["added", "removed", "changed"];
  const show = () => {
    const [from, to] = [Number(previous.value), Number(proposed.value)];
    const [first, second] = [versions[from], versions[to]];
    const dataset = comparePairs(records[first.head], records[second.head]);
    const parts = [{ title: "dataset", state: dataset.some((line) => line.isChanged) ? "changed" : "equal", lines: dataset }];
    const fields = compareFields(first, second);
    parts.push(...fields);
    const shown = showAll.checked ? parts : parts.filter((part) => part.state !== "equal");
    one("comparison").replaceChildren(...shown.map(({ title, state, lines }) =>
      table(title, state, showAll.checked ? lines : lines.filter((line) => line.isChanged))));
    const numbers = COUNTED.map((state) => [fields.filter((part) => part.state === state).length, state]);
    const counted = numbers.filter(([number]) => number).map(([number, state]) => number + (number === 1 ? " field " : " fields ") + state);
    if (parts[0].state === "changed") counted.push("the dataset's terms changed");
    const text = first.label + " \u2192 " + second.label + ": " + (counted.join(", ") || "no difference");
    if (one("summary").textContent !== text) one("summary").textContent = text;
    showSteps(from, to);
  };

  const keep = () => {
    const kept = new URLSearchParams({ from: versions[previous.value].label, to: versions[proposed.value].label });
    try {
      history.replaceState(null, "", "#" + kept);
    } catch {
      // a sandboxed page has no history
    }
  };

  const restore = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const last = versions.length - 1;
    previous.value = numberOf(wanted.get("from") || form.dataset.previous, last - 1);
    proposed.value = numberOf(wanted.get("to") || form.dataset.proposed, last);
    show();
  };

  form.addEventListener("input", () => { show(); keep(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  one("swap").addEventListener("click", () => {
    [previous.value, proposed.value] = [proposed.value, previous.value];
    show();
    keep();
  });
  addEventListener("hashchange", restore);
  form.hidden = false;
  restore();
})();
