/* The console's keyboard, its drawer and its quiet refreshing. Decides nothing about data: every page works without it,
   except for the readiness list and the drawer's requests, which htmx fetches. */
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const rows = () => all("tr[data-row]");
  let goes = false;

  function row() {
    return document.activeElement?.closest?.("tr[data-row]") ?? find("tr[data-row].at");
  }

  function move(step) {
    const list = rows();
    if (!list.length) return;
    const place = list.indexOf(row());
    const next = list[Math.max(0, Math.min(list.length - 1, place < 0 ? 0 : place + step))];
    list.forEach((one) => one.classList.toggle("at", one === next));
    const link = next.querySelector("th a, td a");
    link?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function countChosen() {
    const chosen = all('tbody input[name="order"]:checked').length;
    all("[data-chosen]").forEach((place) => { place.textContent = String(chosen); });
    all("[data-needs-chosen]").forEach((button) => { button.disabled = chosen === 0; });
  }

  function select() {
    const box = row()?.querySelector('input[type="checkbox"]');
    if (!box) return;
    box.checked = !box.checked;
    countChosen();
  }

  function toggleDrawer(open) {
    const drawer = find("#drawer");
    if (!drawer) return;
    drawer.hidden = open === undefined ? !drawer.hidden : !open;
    if (!drawer.hidden) {
      drawer.dispatchEvent(new Event("opened"));
      drawer.focus();
    } else {
      find("#main").focus({ preventScroll: true });
    }
  }

  function closeAll() {
    const drawer = find("#drawer");
    if (drawer && !drawer.hidden) toggleDrawer(false);
    all("details.menu[open]").forEach((menu) => { menu.open = false; });
    if (document.activeElement?.matches?.("input[type=search]")) document.activeElement.blur();
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: select,
    "/": () => find("#find")?.focus(),
    "?": () => find("#help")?.showModal(),
    ".": () => toggleDrawer(),
    e: () => find("[data-export]")?.click(),
    m: () => { const menu = find("#merchants"); if (menu) { menu.open = true; menu.querySelector("a").focus(); } },
    g: () => { goes = true; },
  };

  function typing(target) {
    return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
      (target.tagName === "INPUT" && target.type !== "checkbox");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "F3") { event.preventDefault(); find("#find")?.focus(); return; }
    if (event.key === "Escape") { closeAll(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || find("dialog[open]")) return;
    if (goes) {
      goes = false;
      const link = find(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-open]");
    if (opens) find(`#${opens.dataset.open}`)?.showModal();
    if (event.target.closest("[data-close]")) toggleDrawer(false);
    if (!event.target.closest("details.menu")) all("details.menu[open]").forEach((menu) => { menu.open = false; });
    const clicked = event.target.closest("tr[data-row]");
    if (clicked && !event.target.closest("a, button, input, label, td.check") && !String(getSelection())) {
      clicked.querySelector("th a")?.click();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      all('tbody input[name="order"]').forEach((box) => { box.checked = event.target.checked; });
    }
    countChosen();
  });

  setInterval(() => {
    const busy = find("#live")?.contains(document.activeElement);
    if (document.visibilityState === "visible" && !busy) document.body.dispatchEvent(new Event("refresh"));
  }, 15000);

  countChosen();
})();
