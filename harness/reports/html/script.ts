/**
 * What the page does in a browser: shows what a mark carries when it is pointed at or reached by keyboard, and moves between
 * marks with the arrow keys. Without it every mark is a link to its event in the table. Writes no HTML: it copies nodes.
 */

/** The script. One tab stop for each panel; Tab leaves it. */
export const SCRIPT = `'use strict';
(() => {
  const inspector = document.getElementById('inspector');
  const view = document.querySelector('.view');
  const panels = [...document.querySelectorAll('.panel')].map((panel) => [...panel.querySelectorAll('.mark')]);
  const all = panels.flat();
  let current = null;

  const show = (mark) => {
    if (mark === current) return;
    for (const one of document.querySelectorAll('.mark[aria-current],.mark.twin')) {
      one.removeAttribute('aria-current');
      one.classList.remove('twin');
    }
    current = mark;
    mark.setAttribute('aria-current', 'true');
    if (mark.dataset.k !== undefined)
      for (const one of all) if (one !== mark && one.dataset.k === mark.dataset.k) one.classList.add('twin');
    const title = document.createElement('h3');
    title.textContent = mark.getAttribute('aria-label');
    inspector.replaceChildren(title, ...mark.dataset.e.split(' ').map(details));
    inspector.scrollTop = 0;
  };

  const details = (id) => {
    const [number, time, what, carries] = document.getElementById(id).cells;
    const section = document.createElement('section');
    const said = document.createElement('div');
    said.append(...[...what.childNodes].map((node) => node.cloneNode(true)));
    const link = document.createElement('a');
    link.href = '#' + id;
    link.textContent = 'event ' + number.textContent + ', ' + time.textContent;
    const list = document.createElement('div');
    list.className = 'carries';
    list.append(...[...carries.childNodes].map((node) => node.cloneNode(true)));
    section.append(said, list, link);
    return section;
  };

  const go = (mark, focus = true) => {
    const panel = panels.find((marks) => marks.includes(mark));
    for (const one of panel) one.tabIndex = one === mark ? 0 : -1;
    if (focus) mark.focus();
    else show(mark);
  };

  /** The nearest mark to the left or right, in this panel or the one beside it. */
  const beside = (mark, sign) => {
    const here = mark.getBoundingClientRect();
    let best = null;
    let least = Infinity;
    for (const one of all) {
      const there = one.getBoundingClientRect();
      const across = sign * (there.left - here.left);
      const apart = Math.max(0, there.top - here.bottom, here.top - there.bottom);
      const far = across + apart * 4 + Math.abs(there.top - here.top) / 100;
      if (across > 4 && far < least) [best, least] = [one, far];
    }
    return best;
  };

  const next = (mark, key) => {
    const marks = panels.find((one) => one.includes(mark));
    const at = marks.indexOf(mark);
    switch (key) {
      case 'ArrowDown': return marks[at + 1];
      case 'ArrowUp': return marks[at - 1];
      case 'PageDown': return marks[Math.min(marks.length - 1, at + 10)];
      case 'PageUp': return marks[Math.max(0, at - 10)];
      case 'Home': return marks[0];
      case 'End': return marks[marks.length - 1];
      case 'ArrowLeft': return beside(mark, -1);
      case 'ArrowRight': return beside(mark, 1);
      default: return undefined;
    }
  };

  for (const marks of panels) for (const [index, mark] of marks.entries()) mark.tabIndex = index === 0 ? 0 : -1;
  const markOf = (event) => event.target.closest?.('.mark') ?? null;
  // A page that scrolls under a mouse at rest points at nothing.
  let rest = '';
  const spotOf = (event) => event.screenX + ' ' + event.screenY;
  document.addEventListener('mousemove', (event) => { rest = spotOf(event); });
  view.addEventListener('mouseover', (event) => {
    const mark = markOf(event);
    if (mark !== null && spotOf(event) !== rest) show(mark);
  });
  view.addEventListener('focusin', (event) => { const mark = markOf(event); if (mark !== null) show(mark); });
  view.addEventListener('click', (event) => {
    const mark = markOf(event);
    if (mark === null) return;
    event.preventDefault();
    go(mark);
  });
  view.addEventListener('keydown', (event) => {
    const mark = markOf(event);
    if (mark === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = next(mark, event.key);
    if (to === undefined) return;
    event.preventDefault();
    if (to !== null) go(to);
  });
  for (const link of document.querySelectorAll('a[href^="#at-"]'))
    link.addEventListener('click', (event) => {
      event.preventDefault();
      go(document.getElementById(link.getAttribute('href').slice(1)));
    });

  const last = (kind) => document.querySelector('.panel:last-child .mark' + kind);
  const first = last('.evidence.call') ?? last('.evidence.band') ?? last('.call.cut') ?? last('.departs') ?? all[0];
  if (first !== undefined) {
    go(first, false);
    // The beginning, unless what matters would not be seen.
    if (first.offsetTop > view.clientHeight * 0.8) view.scrollTop = first.offsetTop - view.clientHeight / 2;
  }
})();
`;
