#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Referrers with other programs: what oras attached it finds again at the target, in registries of
both distribution versions and in layouts."""
import json
import os
import subprocess
import sys
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from referrers import SBOM, SIGNATURE, list_tag, old_tag, referrer, signature  # noqa: E402
from scenario import Scenario  # noqa: E402


class Oras(Scenario):

    def setUp(self):
        super().setUp()
        self.program = harness.peer('oras')
        for name, text in (('sig.txt', 'signed'), ('sbom.json', '{}')):
            self.write(name, text)

    def oras(self, *args):
        done = subprocess.run([self.program, *map(str, args)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, cwd=self.tmp,
                              env={'PATH': os.environ['PATH'], 'HOME': str(self.tmp)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def signed(self, source, name='app'):
        """An image with an SBOM, and a signature of both it and its SBOM."""
        image = source.push(images.multi_platform('a'), name, '1')
        place = f'{source.address}/{name}'
        attach = ('attach', '--plain-http', '--artifact-type')
        self.oras(*attach, SIGNATURE, '--annotation', 'k=v', f'{place}:1', 'sig.txt')
        self.oras(*attach, SBOM, f'{place}:1', 'sbom.json')
        sbom = [each for each in self.tree(f'{place}:1') if each[1] == SBOM]
        self.oras(*attach, SIGNATURE, f'{place}@{sbom[0][0]}', 'sig.txt')
        self.oras(*attach, SIGNATURE, f'{place}@{image.children[0]}', 'sig.txt')
        return image

    def tree(self, reference, *how) -> set:
        """(digest, type, annotations, parent) of all that oras finds."""
        document = json.loads(self.oras('discover', *(how or ('--plain-http',)), '--format',
                                        'json', reference))
        found = set()

        def walk(node):
            for each in node.get('referrers') or []:
                found.add((each['digest'], each['artifactType'],
                           json.dumps(each.get('annotations'), sort_keys=True), node['digest']))
                walk(each)
        walk(document)
        return found

    def programs(self):
        return {'old': None, 'new': harness.peer('registry')}

    def test_between_registries(self):
        programs = self.programs()
        for a, first in programs.items():
            source = self.registry(f'source-{a}', program=first)
            image = self.signed(source)
            source.push(signature('s'), 'app', old_tag(image))
            for b, second in programs.items():
                target = self.registry(f'target-{a}-{b}', program=second)
                config = self.config([self.entry(source, 'app', '1', referrers=True)],
                                     f'{target.address}/m')
                report = self.mirror(config)
                self.assertEqual(report.jobs[0]['referrers'], {'copied': 5, 'present': 0})
                wanted = self.tree(f'{source.address}/app:1')
                self.assertEqual(len(wanted), 3)
                self.assertEqual(self.tree(f'{target.address}/m/app:1'), wanted)
                child = f'@{image.children[0]}'
                self.assertEqual(self.tree(f'{target.address}/m/app{child}'),
                                 self.tree(f'{source.address}/app{child}'))
                self.assertIn(f'm/app:{old_tag(image)}', target.tags())
                target.walk()
                target.clear()
                self.assertEqual(self.mirror(config).statuses(), ['unchanged'])
                self.assertEqual(target.writes(), [])
                # What oras attaches there later is found beside it, and stays.
                self.oras('attach', '--plain-http', '--artifact-type', 'text/own',
                          f'{target.address}/m/app:1', 'sig.txt')
                self.assertEqual(self.mirror(config).statuses(), ['unchanged'])
                self.assertEqual(len(self.tree(f'{target.address}/m/app:1')), 4)
                target.stop()
            source.stop()

    def test_added_where_oras_was_first(self):
        source, target = self.registry('source'), self.registry('target')
        image = self.signed(source)
        target.push(images.multi_platform('a'), 'app', '1')
        self.oras('attach', '--plain-http', '--artifact-type', 'text/own',
                  f'{target.address}/app:1', 'sbom.json')
        own = self.tree(f'{target.address}/app:1')
        report = self.mirror(self.config([self.entry(source, 'app', '1', referrers=True)],
                                         target.address))
        self.assertEqual(report.statuses(), ['updated'])
        self.assertEqual(self.tree(f'{target.address}/app:1'),
                         own | self.tree(f'{source.address}/app:1'))
        self.assertEqual(report.jobs[0]['target']['digest'], image.digest)

    def test_into_a_layout_and_out_of_it(self):
        source, target = self.registry('source'), self.registry('target')
        self.signed(source)
        wanted = self.tree(f'{source.address}/app:1')
        layout = self.tmp / 'layout'
        config = self.config([self.entry(source, 'app', '1', referrers=True)], layout)
        self.assertEqual(self.mirror(config).jobs[0]['referrers'], {'copied': 4, 'present': 0})
        self.assertEqual(self.tree(f'{layout}/app:1', '--oci-layout'), wanted)
        self.assertEqual(self.mirror(config).statuses(), ['unchanged'])
        back = self.config(None, target.address, name='back.yaml', layouts=[
            {'name': 'app', 'path': 'layout/app', 'versions': ['1'], 'referrers': True}])
        self.assertEqual(self.mirror(back).jobs[0]['referrers'], {'copied': 4, 'present': 0})
        self.assertEqual(self.tree(f'{target.address}/app:1'), wanted)
        target.walk()

    def test_out_of_a_layout_of_oras(self):
        """It names referrers in index.json and makes no lists of them."""
        source, target = self.registry('source'), self.registry('target')
        self.signed(source)
        self.oras('cp', '-r', '--from-plain-http', '--to-oci-layout', f'{source.address}/app:1',
                  'layout:1')
        path = self.config(None, target.address, layouts=[
            {'name': 'app', 'path': 'layout', 'versions': ['1'], 'referrers': True}])
        self.assertEqual(self.mirror(path).jobs[0]['referrers'], {'copied': 4, 'present': 0})
        self.assertEqual(self.tree(f'{target.address}/app:1'),
                         self.tree(f'{source.address}/app:1'))
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'])

    def test_a_registry_with_the_api(self):
        """Read by a plain GET, and by oras."""
        source, target = self.registry('source'), self.mock()
        image = self.signed(source)
        self.mirror(self.config([self.entry(source, 'app', '1', referrers=True)], target.address))
        with urllib.request.urlopen(f'{target.url}/v2/app/referrers/{image.digest}') as answer:
            document = json.load(answer)
        wanted = self.tree(f'{source.address}/app:1')
        self.assertEqual({each['digest'] for each in document['manifests']},
                         {digest for digest, _, _, parent in wanted if parent == image.digest})
        self.assertNotIn(list_tag(image.digest), target.state.repositories['app'].tags)


class Layouts(Scenario):

    def test_a_damaged_list_in_a_layout(self):
        """A source that can't tell its referrers fails the job, and does not lose them silently."""
        image = images.image('a')
        images.write_layout(image, self.tmp / 'l', '1')
        images.write_layout(referrer(image, 'sig'), self.tmp / 'l', list_tag(image.digest))
        path = self.config(None, './out', layouts=[
            {'name': 'app', 'path': 'l', 'versions': ['1'], 'referrers': True}])
        report = self.mirror(path, status=6)
        self.assertIn('no index', report.jobs[0]['error']['message'])

    def test_older_tags_in_a_layout(self):
        image, found = images.image('a'), signature('s')
        images.write_layout(image, self.tmp / 'l', '1')
        images.write_layout(found, self.tmp / 'l', old_tag(image))
        path = self.config(None, './out', layouts=[
            {'name': 'app', 'path': 'l', 'versions': ['1'], 'referrers': True}])
        self.assertEqual(self.mirror(path).jobs[0]['referrers'], {'copied': 1, 'present': 0})
        self.assertEqual(images.layout_tags(self.tmp / 'out' / 'app'),
                         {'1': image.digest, old_tag(image): found.digest})


if __name__ == '__main__':
    harness.main()
