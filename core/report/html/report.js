/* SPDX-License-Identifier: Apache-2.0 */
'use strict';
(() => {
  const collator = new Intl.Collator('en', {numeric: true, sensitivity: 'base'});
  const number = new Intl.NumberFormat('en');

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  /* All rows of a table, of which only those that match are in the document. */
  class Table {
    constructor(table) {
      this.table = table;
      this.body = table.tBodies[0];
      this.rows = Array.from(this.body.rows);
      this.rows.forEach((row, at) => { row.order = at; });
      this.matches = () => true;
      table.classList.add('js');
      this.heads = Array.from(table.tHead.rows[0].cells);
      this.heads.forEach((head, column) => this.addButton(head, column));
    }

    addButton(head, column) {
      const button = element('button', {type: 'button'}, ...head.childNodes);
      button.addEventListener('click', () => this.sort(column));
      head.append(button);
    }

    keys(column) {
      const keys = new Map();
      for (const row of this.rows) {
        const cell = row.cells[column];
        keys.set(row, cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v));
      }
      return keys;
    }

    sort(column) {
      const head = this.heads[column];
      const first = head.dataset.first || 'ascending';
      const other = first === 'ascending' ? 'descending' : 'ascending';
      const order = head.getAttribute('aria-sort') === first ? other : first;
      for (const each of this.heads) each.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', order);
      const keys = this.keys(column);
      const sign = order === 'ascending' ? 1 : -1;
      this.rows.sort((left, right) => {
        const a = keys.get(left), b = keys.get(right);
        const compared = typeof a === 'number' ? a - b : collator.compare(a, b);
        return sign * compared || left.order - right.order;
      });
      this.show();
    }

    show() {
      this.found = this.rows.filter(this.matches);
      this.body.replaceChildren(...this.found);
      if (this.changed) this.changed();
    }
  }

  const select = (name, choices) => {
    const list = element('select', {name});
    for (const [value, text] of choices) list.append(element('option', {value}, text));
    return list;
  };

  /* What stands for one value in the rows, in the order of the first row that has it. */
  const valuesOf = (rows, key, text) => {
    const values = new Map();
    for (const row of rows)
      if (!values.has(row.dataset[key])) values.set(row.dataset[key], text(row));
    return values;
  };

  class Filters {
    constructor(table, place) {
      this.table = table;
      this.search = element('input', {type: 'search', name: 'text', autocomplete: 'off',
                                      spellcheck: false});
      this.severities = this.checkboxes();
      const images = valuesOf(table.rows, 'i', row =>
        row.querySelector('.c-image').firstElementChild.textContent);
      const sorted = Array.from(images).sort((a, b) => collator.compare(a[1], b[1]));
      this.image = select('image', [['', 'All images'], ...sorted]);
      this.fix = select('fix', [['', 'With or without'], ['yes', 'With a fix'],
                                ['no', 'Without a fix']]);
      this.gate = select('gate', [['', 'Any'], ['violates', 'Violates'], ['allowed', 'Allowed'],
                                  ['suppressed', 'Suppressed'], ['none', 'None of these']]);
      this.count = element('output', {});
      const reset = element('button', {type: 'reset'}, 'Reset');
      const form = element('form', {className: 'filters'},
        element('label', {}, 'Search', this.search), this.severities,
        element('label', {}, 'Image', this.image), element('label', {}, 'Fix', this.fix),
        element('label', {}, 'Gate', this.gate),
        element('div', {className: 'result'}, this.count, reset));
      form.setAttribute('role', 'search');
      form.addEventListener('submit', event => event.preventDefault());
      form.addEventListener('input', () => this.soon());
      form.addEventListener('reset', () => this.soon());
      table.changed = () => this.tell();
      place.replaceWith(form);
      table.found = table.rows;
      this.tell();
    }

    checkboxes() {
      const counts = new Map();
      for (const row of this.table.rows)
        counts.set(row.dataset.s, (counts.get(row.dataset.s) || 0) + 1);
      const set = element('fieldset', {}, element('legend', {}, 'Severity'));
      for (const [severity, count] of counts)
        set.append(element('label', {},
          element('input', {type: 'checkbox', name: 'severity', value: severity, checked: true,
                            defaultChecked: true}),
          `${severity} (${number.format(count)})`));
      return set;
    }

    soon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.apply(), 100);
    }

    apply() {
      const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const severities = new Set();
      for (const box of this.severities.querySelectorAll('input'))
        if (box.checked) severities.add(box.value);
      const wanted = [['i', this.image.value], ['f', this.fix.value], ['g', this.gate.value]]
        .filter(([, value]) => value !== '');
      this.table.matches = row =>
        severities.has(row.dataset.s) && wanted.every(([key, value]) => row.dataset[key] === value) &&
        (words.length === 0 || words.every(word => this.textOf(row).includes(word)));
      this.table.show();
    }

    textOf(row) {
      if (row.text === undefined) row.text = row.textContent.toLowerCase();
      return row.text;
    }

    tell() {
      const {rows, found} = this.table;
      const of = found.length < rows.length ? ` of ${number.format(rows.length)}` : '';
      this.count.value = found.length === 0 ? `Showing none${of} findings.`
        : `Showing ${number.format(found.length)}${of} findings.`;
    }
  }

  const tables = Array.from(document.querySelectorAll('table.sortable'), table => new Table(table));
  const place = document.getElementById('filters');
  const findings = tables.find(each => each.table.id === 'finding-table');
  if (place && findings) new Filters(findings, place);
})();
