# SPDX-License-Identifier: Apache-2.0
"""What tests of mirroring share: configs, servers that end with the test, runs and their checks."""
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import harness
from certificates import Authority
from images import references
from mock import PROFILES, MockRegistry, TokenServer, Trap
from registry import Registry


class Scenario(harness.TestCase):
    """One source, one target, a config and runs of it."""

    # --- servers

    def running(self, server):
        self.addCleanup(server.stop)
        return server

    def mock(self, profile='generic', **how) -> MockRegistry:
        chosen = PROFILES[profile] if isinstance(profile, str) else profile
        return self.running(MockRegistry(chosen, **how))

    def token_server(self, users=None, **how) -> TokenServer:
        return self.running(TokenServer(users, **how))

    def trap(self, answer=None, **how) -> Trap:
        return self.running(Trap(answer, **how))

    def registry(self, name='registry', **how) -> Registry:
        return self.running(Registry(self.tmp / name, **how))

    def authority(self) -> Authority:
        return Authority(self.tmp / 'ca')

    # --- configs

    def config(self, images, targets, registries=None, run=None, name='artmirror.yaml', **more):
        """A config file; images: {name: [versions]} or entries; JSON is YAML."""
        document = dict(more)
        if images is not None:
            document['images'] = images
        if isinstance(targets, (str, os.PathLike)):
            document['target'] = str(targets)
        elif targets:
            document['targets'] = targets
        if registries:
            document['registries'] = registries
        if run:
            document['run'] = run
        return self.write(name, json.dumps(document, indent=1))

    @staticmethod
    def entry(source, name, *versions, **more) -> dict:
        """An entry of images:; source: a server or a host."""
        host = source if isinstance(source, str) else source.address
        return {'name': name, 'source_registry': host, 'versions': list(versions), **more}

    # --- runs

    def mirror(self, config, *args, status=0, **how):
        """Runs the config and gives its report."""
        path = self.tmp / f'report-{os.urandom(6).hex()}.json'
        done = self.artmirror('mirror', '--config', config, '--report', path, *args,
                              status=status, **how)
        text = path.read_text(encoding='utf-8') if path.exists() else '{}'
        for secret in self.secrets:
            self.assertNotIn(secret, text, 'a secret is in the report')
        return Report(json.loads(text), done)

    def plan(self, config, *args, status=0, **how):
        """The same for plan, whose report is its output."""
        done = self.artmirror('plan', '--config', config, '--format', 'json', *args,
                              status=status, **how)
        return Report(json.loads(done.stdout), done)

    def skopeo(self, *args, **env) -> bytes:
        done = subprocess.run(
            [harness.tool('skopeo'), *map(str, args)], stdin=subprocess.DEVNULL,
            capture_output=True, check=False,
            env={'PATH': os.environ['PATH'], 'HOME': str(self.tmp), **env})
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    # --- checks

    def assertSame(self, source, target, source_name, target_name, **env):
        """skopeo reads the same bytes at both places."""
        first = self.skopeo('inspect', '--raw', '--tls-verify=false',
                            f'docker://{source.address}/{source_name}', **env)
        second = self.skopeo('inspect', '--raw', '--tls-verify=false',
                             f'docker://{target.address}/{target_name}', **env)
        self.assertEqual(first, second, f'{source_name} and {target_name} differ')

    def assertOrder(self, target):
        """I3: in the scripted registry's journal no manifest precedes what it refers to, and what
        is tagged is written last."""
        present = {}
        for entry in target.requests('^(PUT|POST) '):
            if entry.status not in (201, 202):
                continue
            name, _, rest = entry.path[len('/v2/'):].partition('/manifests/')
            if rest:
                document = json.loads(entry.body)
                for digest, _, is_manifest in references(document):
                    self.assertTrue(
                        digest in present.setdefault(name, set())
                        or self._was_seen(target, name, digest, entry.number),
                        f'{name}:{rest} was written before {digest} was confirmed')
                present[name].add(rest)
            else:
                name = entry.path[len('/v2/'):].partition('/blobs/')[0]
                digest = entry.query.get('digest') or entry.query.get('mount')
                if digest and entry.status == 201:
                    present.setdefault(name, set()).add(digest)

    @staticmethod
    def _was_seen(target, name, digest, before) -> bool:
        return any(each.status == 200 and each.number < before and each.path in (
            f'/v2/{name}/blobs/{digest}', f'/v2/{name}/manifests/{digest}')
            for each in target.requests('^(HEAD|GET) '))

    def each(self, cases: dict, check, workers=8) -> None:
        """Runs check(name, case) for all cases at the same time; all failures are shown."""
        failures, skips = {}, {}

        def one(item):
            try:
                check(*item)
            except harness.unittest.SkipTest as skip:
                skips[item[0]] = str(skip)
            except BaseException as failure:  # shown below with the case's name
                failures[item[0]] = failure
        with ThreadPoolExecutor(min(workers, 4 if harness.SANITIZED else workers)) as pool:
            list(pool.map(one, cases.items()))
        if failures:
            self.fail('\n'.join(f'--- {name}: {type(failure).__name__}: {failure}'
                                for name, failure in failures.items()))
        if skips:
            self.skipTest('; '.join(f'{name}: {why}' for name, why in skips.items()))


class Report:
    """A run report."""

    def __init__(self, document: dict, done):
        self.document = document
        self.done = done

    @property
    def jobs(self) -> list:
        return self.document.get('jobs', [])

    @property
    def said(self) -> str:
        """All that was printed."""
        return self.done.stdout + self.done.stderr

    def statuses(self) -> list:
        return [job['status'] for job in self.jobs]

    def __str__(self) -> str:
        return json.dumps(self.document, indent=1)[:4000] + \
            f'\n{self.said}'
