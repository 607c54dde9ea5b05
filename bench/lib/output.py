# SPDX-License-Identifier: Apache-2.0
"""A table's results as JSON and as Markdown."""
import json
import os
import sys
from pathlib import Path

MEASURED = {'wall': 'wall s', 'cpu': 'user+sys s', 'rss': 'peak RSS MiB'}
HIDDEN = ('user', 'sys')
WORDS = {True: 'met', False: 'not met', None: 'not judged'}


def said(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)


def table_of(workload, results, notes, program) -> dict:
    """All that is known of a table, ready for JSON."""
    columns = results.columns()
    rows = {}
    for name in results.contenders:
        medians = {column: results.median(name, column) for column in columns}
        texts = {column: results.last(name, column) for column in columns
                 if isinstance(results.last(name, column), str)}
        ratios = {column: results.ratio(name, results.contenders[0], column)
                  for column in MEASURED}
        rows[name] = {
            'medians': {column: value for column, value in medians.items() if value is not None},
            'texts': texts, 'errors': results.errors[name], 'runs': results.runs[name],
            'ratios': {column: value for column, value in ratios.items() if value is not None}}
    return {'workload': workload.name, 'title': workload.title, 'columns': columns,
            'registry': os.path.basename(program), 'rows': rows, 'notes': notes,
            'figures': judged(workload, results)}


def judged(workload, results) -> list:
    """The figures are those of the full size; in the small one they show that they work."""
    found = []
    for text, function in workload.figures:
        value = function(results)
        if value is not None:
            met = bool(value[1]) if workload.bench.full and value[1] is not None else None
            found.append({'figure': text, 'value': value[0], 'met': met})
    return found


def number(value) -> str:
    if isinstance(value, int) or value == int(value) and abs(value) >= 100:
        return f'{int(value):,}'
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
    return f'{value:,.{digits}f}'


def cell(row: dict, column: str, is_first: bool) -> str:
    if column in row['texts']:
        return row['texts'][column]
    if column not in row['medians']:
        return ''
    shown = number(row['medians'][column])
    ratio = row['ratios'].get(column)
    return shown if is_first or ratio is None else f'{shown} ({ratio:.2f})'


def counted(rows: dict) -> str:
    """How many complete runs the medians are of."""
    counts = {name: len(row['runs']) for name, row in rows.items()}
    most = max(counts.values(), default=0)
    fewer = [f'{name} {count}' for name, count in counts.items() if count < most]
    return f'Medians of {most} run{"" if most == 1 else "s"}' + \
        (f' ({", ".join(fewer)})' if fewer else '')


def markdown(table: dict) -> str:
    """In brackets the median divided by the first contender's."""
    rows = table['rows']
    shown = [column for column in table['columns']
             if not column.startswith('_') and column not in HIDDEN]
    lines = [f'### {table["workload"]}: {table["title"]} ({table["registry"]})', '',
             '| | ' + ' | '.join(MEASURED.get(column, column) for column in shown) + ' |',
             '|---|' + '---:|' * len(shown)]
    for i, (name, row) in enumerate(rows.items()):
        cells = [cell(row, column, i == 0) for column in shown]
        if row['errors'] and not row['runs']:
            cells[:1] = [row['errors'][0].partition(':')[0]]
        lines.append(f'| {name} | ' + ' | '.join(cells) + ' |')
    lines += ['', f'{counted(rows)}; in brackets: x {next(iter(rows))}\'s.', '']
    lines += [f'- {each["figure"]}: {each["value"]}, {WORDS[each["met"]]}'
              for each in table['figures']]
    lines += [f'- {note}' for note in table['notes']]
    lines += [f'- {name} {error}' for name, row in rows.items() for error in row['errors']]
    return '\n'.join(lines) + '\n'


def write_json(path: str, result: dict) -> None:
    Path(path).write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')
