#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program that behaves like trivy as far as artmirror calls it, and misbehaves as it is told.

Its environment is a clean one, so it is steered by files beside itself: fake_trivy.json has the
rules, journal.jsonl gets a line for each call. See FakeTrivy in fake_scanner.py."""
import contextlib
import json
import os
import signal
import subprocess
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
FLAGS = {  # the release that brought a flag; with a value or not
    '--format': (0, True), '--output': (0, True), '--timeout': (0, True), '--scanners': (37, True),
    '--exit-code': (0, True), '--cache-dir': (0, True), '--cache-backend': (0, True),
    '--image-src': (38, True), '--input': (0, True), '--server': (0, True), '--vex': (37, True),
    '--show-suppressed': (51, False), '--skip-db-update': (0, False),
    '--skip-java-db-update': (0, False), '--offline-scan': (0, False), '--quiet': (0, False),
    '--list-all-pkgs=false': (0, False), '--pkg-types': (54, True), '--vuln-type': (0, True),
    '--skip-version-check': (63, False), '--disable-telemetry': (63, False),
    '--cacert': (68, True), '--download-db-only': (0, False),
    '--download-java-db-only': (0, False), '--db-repository': (0, True),
    '--java-db-repository': (37, True),
}
SEVERITIES = ('CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN')


def fatal(text, status=1):
    sys.stderr.write(f'2026-11-24T13:00:11Z\tFATAL\tFatal error\t{text}\n')
    sys.exit(status)


def parse(arguments, minor):
    """Options by flag, and what is left."""
    options, rest, i = {}, [], 0
    while i < len(arguments):
        flag = arguments[i]
        if not flag.startswith('-'):
            rest.append(flag)
        elif flag not in FLAGS or FLAGS[flag][0] > minor:
            sys.stdout.write('Usage:\n  trivy image [flags] IMAGE_NAME\n')
            fatal(f'unknown flag: {flag}')
        elif FLAGS[flag][1]:
            i += 1
            options.setdefault(flag, []).append(arguments[i])
        else:
            options[flag] = [True]
        i += 1
    return options, rest


def finding(number, severity=None, fixed=True, **more):
    return {
        'VulnerabilityID': f'CVE-2026-{number:04}', 'PkgID': f'pkg{number}@1.0',
        'PkgName': f'pkg{number}',
        'PkgIdentifier': {'PURL': f'pkg:apk/alpine/pkg{number}@1.0', 'UID': f'{number:016x}'},
        'InstalledVersion': '1.0', **({'FixedVersion': '1.1, 2.0'} if fixed else {}),
        'Status': 'fixed' if fixed else 'affected', 'SeveritySource': 'nvd',
        'PrimaryURL': f'https://avd.example/cve-2026-{number:04}',
        'DataSource': {'ID': 'alpine', 'Name': 'Alpine Secdb', 'URL': 'https://secdb.example/'},
        'Title': f'title {number}',
        'Severity': severity or SEVERITIES[number % len(SEVERITIES)], **more}


def report(rule, name, version):
    document = {
        'SchemaVersion': 2, 'Trivy': {'Version': version}, 'ReportID': 'r',
        'CreatedAt': '2026-11-24T13:00:10.901956646Z', 'ArtifactName': name,
        'ArtifactType': 'container_image',
        'Metadata': {'OS': {'Family': 'alpine', 'Name': '3.19.1'}, 'ImageID': 'sha256:0'}}
    for key in rule.get('without', ()):
        del document[key]
    if rule.get('os', True) is not True:
        document['Metadata']['OS'] = rule['os']
        if rule['os'] is None:
            del document['Metadata']['OS']
    if 'results' in rule:
        document['Results'] = rule['results']
    elif 'findings' in rule:
        rows = rule['findings']
        if isinstance(rows, int):
            rows = [finding(i) for i in range(rows)]
        else:
            rows = [finding(i, **row) if isinstance(row, dict) else finding(i, row)
                    for i, row in enumerate(rows)]
        document['Results'] = [{'Target': f'{name} (alpine 3.19.1)', 'Class': 'os-pkgs',
                                'Type': 'alpine', 'Vulnerabilities': rows}]
    return document


def write(path, rule, document):
    text = json.dumps(document, indent=2)
    if rule.get('cut'):
        text = text[:rule['cut']]
    with open(path, 'w', encoding='utf-8') as out:
        if rule.get('padding'):  # bytes of packages that nobody asked for
            head = text.rstrip()[:-1]
            out.write(head + ',"Padding":[')
            piece = json.dumps('x' * 1000)
            for i in range(rule['padding'] // len(piece)):
                out.write(piece if not i else ',' + piece)
            out.write(']}')
        else:
            out.write(text)


def download(options, rules, kind):
    """Puts a database into the cache folder, as fresh as the rules say."""
    folder, file, version = (('java-db', 'trivy-java.db', 1) if kind == 'java'
                             else ('db', 'trivy.db', 2))
    rule = rules.get(f'download_{kind}', {})
    if rule.get('fatal'):
        fatal(rule['fatal'])
    time.sleep(rule.get('seconds', 0))
    path = os.path.join(options['--cache-dir'][0], folder)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, file), 'w', encoding='utf-8') as out:
        out.write('database')
    with open(os.path.join(path, 'metadata.json'), 'w', encoding='utf-8') as out:
        json.dump({'Version': version, 'UpdatedAt': '2026-11-23T00:00:00.123456789Z',
                   'NextUpdate': '2099-01-01T00:00:00Z',
                   'DownloadedAt': '2026-11-23T00:00:00Z', **rule.get('metadata', {})}, out)


@contextlib.contextmanager
def counted():
    """How many calls run at the same time, for the journal."""
    folder = os.path.join(FOLDER, 'running')
    os.makedirs(folder, exist_ok=True)
    mine = os.path.join(folder, str(os.getpid()))
    with open(mine, 'w', encoding='utf-8'):
        pass
    try:
        yield len(os.listdir(folder))
    finally:
        os.unlink(mine)


def note(line):
    with open(os.path.join(FOLDER, 'journal.jsonl'), 'a', encoding='utf-8') as out:
        out.write(json.dumps(line) + '\n')


def calls_of(name):
    """How often this was scanned before; for what goes wrong a number of times."""
    with contextlib.suppress(FileNotFoundError), \
            open(os.path.join(FOLDER, 'journal.jsonl'), encoding='utf-8') as lines:
        return sum(json.loads(line).get('name') == name for line in lines) - 1
    return 0


def leave_grandchild(rule):
    """Somebody who keeps our pipes open and ends much later, in a session of its own or not."""
    child = subprocess.Popen(['/bin/sleep', '150'], start_new_session=rule.get('session', False))
    note({'grandchild': child.pid})


def misbehave(rule, name):
    sys.stdout.write(rule.get('stdout', ''))
    sys.stderr.write(rule.get('stderr', ''))
    sys.stdout.flush()
    sys.stderr.flush()
    if 'grandchild' in rule:
        leave_grandchild(rule['grandchild'])
    if rule.get('ignore_term'):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(rule.get('seconds', 0))
    if rule.get('signal'):
        os.kill(os.getpid(), rule['signal'])
        time.sleep(60)
    if rule.get('fatal') and calls_of(name) < rule.get('times', sys.maxsize):
        fatal(rule['fatal'], rule.get('status', 1))


def check_databases(options, rule):
    cache = options['--cache-dir'][0]
    if '--server' not in options and not os.path.exists(os.path.join(cache, 'db/metadata.json')):
        fatal('run error: init error: DB error: database error: --skip-db-update cannot be '
              'specified on the first run')
    if rule.get('java') and not os.path.exists(os.path.join(cache, 'java-db/metadata.json')):
        fatal("run error: image scan error: scan error: failed analysis: Java DB update failed: "
              "'--skip-java-db-update' cannot be specified on the first run")


def scan(options, rest, rules, version):
    name = rest[0] if rest else options['--input'][0]
    chosen = [rule for part, rule in rules.get('images', {}).items() if part in name]
    rule = chosen[0] if chosen else rules.get('scan', {})
    config = os.environ.get('DOCKER_CONFIG')
    line = {'name': name, 'argv': sys.argv[1:], 'env': dict(os.environ), 'cwd': os.getcwd(),
            'files': sorted(os.listdir('.'))}
    if config:
        with open(os.path.join(config, 'config.json'), encoding='utf-8') as text:
            line['auths'] = sorted(json.load(text).get('auths', {}))
    with counted() as running:
        line['running'] = running
        note(line)
        check_databases(options, rule)
        misbehave(rule, name)
        if not rule.get('no_report'):
            write(options['--output'][0], rule, report(rule, name, version))
    sys.exit(rule.get('status', 0))


def main():
    try:
        with open(os.path.join(FOLDER, 'fake_trivy.json'), encoding='utf-8') as text:
            rules = json.load(text)
    except FileNotFoundError:
        rules = {}
    version = rules.get('version', '0.74.0')
    minor = int(version.split('.')[1]) if version[0].isdigit() else 999
    arguments = sys.argv[1:]
    if '--version' in arguments:
        note({'version': True})
        if '--format' in arguments and minor < 40:
            fatal('unknown flag: --format')
        print(json.dumps({'Version': version}) if minor >= 40 else f'Version: {version}')
        return
    if not arguments or arguments[0] != 'image':
        fatal(f'unknown command {arguments[:1]}')
    options, rest = parse(arguments[1:], minor)
    for flag, kind in (('--download-db-only', 'db'), ('--download-java-db-only', 'java')):
        if flag in options:
            note({'download': kind, 'argv': arguments, 'env': dict(os.environ)})
            download(options, rules, kind)
            return
    scan(options, rest, rules, version)


if __name__ == '__main__':
    main()
