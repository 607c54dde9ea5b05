#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML report in a real browser: content, sorting, filters, keys, widths, hostile text."""
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import browser
import harness
from browser import ENTER, SPACE, TAB
from run_reports import DEFAULT, finding, gate, job, run, scan, write

WIDTH = 'return document.documentElement.scrollWidth'
COUNT = 'return document.querySelector(".filters output").value'
IDS = '#finding-table tbody .c-id'
# Every element with text of its own whose contrast to what lies behind it is below AA's 4.5.
CONTRAST = r'''
const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = element => {
  for (; element; element = element.parentElement) {
    const color = parse(getComputedStyle(element).backgroundColor);
    if (color.length === 3 || color[3] === 1) return color;
  }
  return [255, 255, 255];
};
const bad = [];
for (const element of document.querySelectorAll('body *')) {
  const own = Array.from(element.childNodes).some(n => n.nodeType === 3 && n.data.trim());
  if (!own || element.closest('svg, script, option') || !element.getClientRects().length) continue;
  const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) bad.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
}
return Array.from(new Set(bad));
'''
SCRIPT = '<script>window.hit = 1</script>'
HOSTILE = [SCRIPT, '"><img src=x onerror=window.hit=1>', "'onmouseover='window.hit=1",
           '</title>' + SCRIPT, '</script>' + SCRIPT, '</style>' + SCRIPT, '\n::error::x',
           '##[command]x', '\x1b[31mred', '\u202etxt', '<!--', ']]>', 'a' * 3000, '&lt;b&gt;']
SEVERITIES = '#finding-table .c-severity'
RESET = '.filters button[type=reset]'


def sample():
    """Three images, of which one has findings of all kinds."""
    findings = [
        finding('CVE-2026-0003', 'CRITICAL', 'zlib', '1.2.9', '1.2.13', violates=True, kev=True),
        finding('CVE-2026-0010', 'CRITICAL', 'apk-tools', '2.10.0', '2.14.0',
                allowed='no network in this image'),
        finding('CVE-2026-0001', 'HIGH', 'Busybox', '1.10.0', '1.36.1', title='A ' + 'long ' * 80),
        finding('CVE-2026-0002', 'MEDIUM', 'curl', '1.9.0', None)]
    return run([
        job('team/app', '1.0', 'blocked', 0, 5, 0, sent=3_000_000, present=9_000_000, scans=[
            scan(findings, gate=gate('block', violations=1), unfiltered=7),
            scan([], 'linux/arm64', 'failed', 'no such manifest', 'look at the log')],
            error={'code': 'policy', 'message': 'a finding violates the gate', 'where': None,
                   'hint': 'update the image'}),
        job('team/web', '2.0', 'created', 0, 8, 1, sent=40_000_000, mounted=2_000_000, scans=[
            scan([finding('CVE-2026-0004', 'HIGH', 'nginx', '1.25.0', '1.25.3')],
                 os={'family': 'debian', 'version': '9', 'eol': True, 'known': True}),
            scan([], 'linux/arm64', 'timeout', 'no result within 10m')]),
        job('team/base', '3.0', 'unchanged', 5.2, 2, 0, present=1000, scans=[
            scan([], os={'family': None, 'version': None, 'eol': False, 'known': False}),
            scan([], 'linux/arm64', 'skipped', 'trivy is not installed')]),
        job('chart', '4.0', 'failed', 8.1, 1, 1, error={
            'code': 'not found', 'message': 'no such chart', 'hint': 'see the index', 'where': 'x'}),
    ], exit_code=1, notices=['a new private package'])


@unittest.skipIf(browser.missing() is not None, browser.missing())
class Html(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        super().setUp()
        self.page = self.tmp / 'report.html'
        self.browser.size(1280)
        self.browser.media(prefers_color_scheme='light')
        self.browser.without_scripts(False)

    def open(self, document=None) -> None:
        path = write(self.tmp / 'run.json', document or sample())
        self.artmirror('report', path, '--format', 'html', '--output', self.page)
        self.browser.open(self.page)

    def show(self, script, expected) -> None:
        """Does what the script says to the filters, and waits for the count."""
        self.browser.script(script + '; document.querySelector(".filters").dispatchEvent('
                            'new Event("input", {bubbles: true}))')
        self.browser.wait(f'{COUNT} === arguments[0]', expected)

    def test_what_it_says(self):
        self.open()
        text = self.browser.script('return document.body.innerText')
        for part in ('Mirror: 2 of 4 jobs not done', 'Exit code 1.', '20261124T060507Z-1a2b3c4d',
                     '2026-11-24 06:05:07 UTC', 'registry.example/m', '43.0 MB',
                     'a new private package', 'What to do: see the index', 'no such manifest',
                     'no result within 10m'):
            self.assertIn(part, text)
        self.assertEqual(self.browser.texts('nav a'), ['Summary', 'Failures', 'Scans', 'Findings',
                                                       'Jobs', 'Timeline', 'Notices'])
        self.assertEqual(self.browser.script('return Array.from(document.querySelectorAll("nav a"),'
                                             ' a => !!document.querySelector(a.hash))'), [True] * 7)
        self.assertEqual(self.browser.messages(), [])

    def test_scans_without_a_result_are_no_zero(self):
        self.open()
        rows = self.browser.script(
            'return Array.from(document.querySelectorAll("#scan-table tbody tr"),'
            ' row => Array.from(row.cells, cell => cell.innerText.trim()))')
        self.assertEqual([row[0] for row in rows],
                         ['team/app:1.0', 'team/web:2.0', 'team/app:1.0', 'team/web:2.0',
                          'team/base:3.0', 'team/base:3.0'])
        for row, word in ((rows[0], 'failed'), (rows[1], 'timed out'), (rows[5], 'skipped')):
            self.assertIn(word, row[2])
            self.assertEqual(row[3:7], ['–'] * 4)
        self.assertEqual(rows[2][3:7], ['2', '1', '1', '11'])
        self.assertIn('block', rows[2][7])
        self.assertIn('end of life', rows[3][1])
        self.assertIn('os unknown', rows[4][1])
        self.assertEqual(rows[4][3:7], ['0', '0', '0', '0'])
        bars = self.browser.script('return Array.from(document.querySelectorAll("#scan-table svg"),'
                                   ' bar => bar.getAttribute("aria-label"))')
        self.assertEqual(bars, ['2 CRITICAL, 1 HIGH, 1 MEDIUM', '1 HIGH', 'no findings'])

    def test_sorting(self):
        self.open()
        heads = '#finding-table thead th'
        ids = ['0003', '0010', '0001', '0004', '0002']
        orders = {1: ['0002', '0001', '0004', '0003', '0010'],  # severity, the least first
                  2: ['0001', '0002', '0003', '0004', '0010'],
                  3: ['0010', '0001', '0002', '0004', '0003'],
                  4: ['0003', '0002', '0001', '0004', '0010'],  # numbers within versions
                  7: ['0003', '0010', '0001', '0002', '0004']}
        got = [text[9:13] for text in self.browser.texts(IDS)]
        self.assertEqual(got, ids)
        for column, expected in orders.items():
            self.browser.click(f'{heads}:nth-child({column}) button')
            got = [text[9:13] for text in self.browser.texts(IDS)]
            self.assertEqual(got, expected, column)
            sorts = self.browser.script(
                'return Array.from(document.querySelectorAll(arguments[0]), (head, at) =>'
                ' [at + 1, head.getAttribute("aria-sort")]).filter(each => each[1])', heads)
            self.assertEqual(sorts, [[column, 'ascending']])
        self.browser.click(f'{heads}:nth-child(3) button')
        self.browser.click(f'{heads}:nth-child(3) button')
        got = [text[9:13] for text in self.browser.texts(IDS)]
        self.assertEqual(got, ['0003', '0004', '0002', '0001', '0010'])
        self.browser.click('#job-table thead th:nth-child(3) button')
        self.assertEqual(self.browser.texts('#job-table tbody th')[0], 'team/web:2.0')

    def test_filters(self):
        self.open()
        self.assertEqual(self.browser.script(COUNT), 'Showing 5 findings.')
        self.show('document.querySelector("[name=text]").value = "BUSY long"',
                  'Showing 1 of 5 findings.')
        self.assertEqual(self.browser.texts(IDS), ['CVE-2026-0001'])
        self.show('document.querySelector("[name=text]").value = "nothing has this"',
                  'Showing none of 5 findings.')
        self.browser.click(RESET)
        self.browser.wait(f'{COUNT} === "Showing 5 findings."')
        self.show('document.querySelector("[value=CRITICAL]").checked = false',
                  'Showing 3 of 5 findings.')
        self.assertEqual(self.browser.texts(SEVERITIES), ['HIGH', 'HIGH', 'MEDIUM'])
        self.browser.click('#finding-table thead th:nth-child(1) button')
        self.assertEqual(self.browser.texts(SEVERITIES), ['MEDIUM', 'HIGH', 'HIGH'])
        self.browser.click(RESET)
        for script, expected in (
                ('document.querySelector("[name=image]").selectedIndex = 2', 'CVE-2026-0004'),
                ('document.querySelector("[name=image]").selectedIndex = 0;'
                 'document.querySelector("[name=fix]").value = "no"', 'CVE-2026-0002'),
                ('document.querySelector("[name=fix]").value = "";'
                 'document.querySelector("[name=gate]").value = "violates"',
                 'CVE-2026-0003'),
                ('document.querySelector("[name=gate]").value = "allowed"', 'CVE-2026-0010')):
            self.show(script, 'Showing 1 of 5 findings.')
            self.browser.wait('return document.querySelector(arguments[0]).textContent'
                              '.startsWith(arguments[1])', IDS, expected)
        self.assertEqual(self.browser.messages(), [])

    def test_keys(self):
        self.open()
        active = 'return document.activeElement.matches(arguments[0])'
        self.browser.keys(TAB)
        self.assertTrue(self.browser.script(active, '.skip'))
        self.assertGreaterEqual(self.browser.script(
            'return document.activeElement.getBoundingClientRect().left'), 0)
        self.browser.keys(ENTER)
        self.browser.wait(active, '#summary')
        for selector, key in (('#finding-table thead th:nth-child(3) button', ENTER),
                              ('#job-table thead th:nth-child(1) button', SPACE)):
            for _ in range(80):
                self.browser.keys(TAB)
                if self.browser.script(active, selector):
                    break
            self.assertTrue(self.browser.script(active, selector), selector)
            self.assertNotEqual(self.browser.script(
                'return getComputedStyle(document.activeElement).outlineStyle'), 'none')
            self.browser.keys(key)
        self.assertEqual(self.browser.texts(IDS)[0], 'CVE-2026-0010')
        self.assertEqual(self.browser.texts('#job-table tbody th'),
                         ['chart:4.0', 'team/app:1.0', 'team/base:3.0', 'team/web:2.0'])

    def test_widths_and_colors(self):
        self.open()
        for width in (320, 390, 768, 961, 1280, 1920):
            self.browser.size(width)
            self.assertLessEqual(self.browser.script(WIDTH), width)
        backgrounds = set()
        for scheme in ('light', 'dark'):
            self.browser.media(prefers_color_scheme=scheme)
            backgrounds.add(self.browser.script(
                'return getComputedStyle(document.body).backgroundColor'))
            for width in (390, 1280):
                self.browser.size(width)
                self.assertEqual(self.browser.script(CONTRAST), [], (scheme, width))
        self.assertEqual(len(backgrounds), 2)
        self.browser.media('print', prefers_color_scheme='light')
        self.assertEqual(self.browser.script('return getComputedStyle('
                                             'document.querySelector(".filters")).display'), 'none')

    def test_without_scripts(self):
        self.open()
        self.browser.without_scripts()
        self.browser.open(self.page)
        self.assertEqual(len(self.browser.texts('#finding-table tbody tr')), 5)
        self.assertEqual(self.browser.texts('button, input, select'), [])

    def test_needs_nothing_else(self):
        self.open()
        self.assertEqual(self.browser.script(
            'return performance.getEntriesByType("resource").length'), 0)
        page = self.page.read_text(encoding='utf-8')
        self.assertEqual(re.findall(r'\b(?:src|style)="|url\(|@import|@font-face', page), [])
        self.browser.messages()
        self.browser.script('document.body.insertAdjacentHTML("beforeend", '
                            '"<img src=x onerror=window.hit=1><p style=color:red>")')
        self.browser.wait('return document.querySelector("img").complete')
        self.assertIsNone(self.browser.script('return window.hit'))
        self.assertGreater(len(self.browser.messages()), 0)

    def test_hostile_text(self):
        jobs = []
        for number, text in enumerate(HOSTILE):
            found = finding(text, package=text, version=text, fixed=text, title=text,
                            url='javascript:window.hit=1' if number % 2 else 'https://x/"' + text,
                            pkg__path=text, allowed=text,
                            suppressed={'status': text, 'statement': text, 'source': text})
            jobs.append(job(text, text, 'failed', scans=[
                scan([found], text, os={'family': text, 'version': text, 'eol': True, 'known': True}),
                scan([], text, 'failed', text, text)],
                error={'code': 'internal', 'message': text, 'hint': text, 'where': text}, notes=[text]))
            jobs[-1]['key']['target'] = text
        self.open(run(jobs, command=HOSTILE[0], exit_code=1, id=HOSTILE[3], version=HOSTILE[1],
                      targets=HOSTILE, notices=HOSTILE))
        self.browser.click('#timeline summary')
        self.assertIsNone(self.browser.script('return window.hit'))
        self.assertEqual(self.browser.script('return document.querySelectorAll("img").length'), 0)
        self.assertEqual(self.browser.script('return document.scripts.length'), 1)
        self.assertEqual(self.browser.script(
            'return Array.from(document.querySelectorAll("*")).filter(each =>'
            ' Array.from(each.attributes).some(one => /^on|^style$/.test(one.name) ||'
            ' /^\\s*javascript:/i.test(one.value))).length'), 0)
        self.assertIn(SCRIPT, self.browser.texts('#job-table tbody th')[0])
        links = self.browser.script(
            'return Array.from(document.querySelectorAll("#finding-table .c-id a"),'
            ' each => [new URL(each.href).protocol, each.rel])')
        self.assertEqual({tuple(each) for each in links}, {('https:', 'noreferrer')})
        for width in (320, 1280):
            self.browser.size(width)
            self.assertLessEqual(self.browser.script(WIDTH), width)
        self.assertEqual(self.browser.messages(), [])
        self.artmirror('report', self.tmp / 'run.json', '--format', 'html')  # harness looks at it

    def test_20000_findings(self):
        findings = [finding(f'CVE-2026-{number:05}', DEFAULT[number % 3], f'package-{number % 97}')
                    for number in range(7001)]
        self.open(run(job(f'image-{number}', scans=[scan(findings)]) for number in range(3)))
        self.assertEqual(self.browser.script(COUNT), 'Showing 20,000 findings.')
        self.assertIn('The 20,000 worst of 21,003 findings', self.browser.texts('.note')[0])
        taken = self.browser.script(
            'const start = performance.now();'
            'document.querySelector("#finding-table thead th:nth-child(3) button").click();'
            'document.body.offsetHeight; return performance.now() - start')
        self.assertLess(taken, 10_000 * harness.PATIENCE)
        packages = self.browser.script('return Array.from(document.querySelectorAll('
                                       '"#finding-table tbody tr"), row => row.cells[2].firstChild.data)')
        numbers = [int(name[8:]) for name in packages]
        self.assertEqual(numbers, sorted(numbers))

    def test_plan_and_nothing(self):
        self.open(run([], command='plan'))
        self.assertEqual(self.browser.texts('h1'), ['plan: 0 jobs'])
        self.open(run([job('a', status='would create', sent=5000, spans=[])], command='plan',
                      exit_code=10))
        self.assertEqual(self.browser.texts('nav a'), ['Summary', 'Jobs'])
        self.assertIn('To send', self.browser.texts('#job-table th'))
        self.assertIn('Nothing was scanned.', self.browser.texts('.card p'))
        self.assertEqual(self.browser.messages(), [])


if __name__ == '__main__':
    harness.main()
