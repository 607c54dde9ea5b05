#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Referrers: found by the API, by its fallback tag and under older tags, and found again at the
target."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from mock import Proxy, faults, profile  # noqa: E402
from referrers import (SBOM, SIGNATURE, entry_of, list_of, list_tag, listed, old_tag,  # noqa: E402
                       referrer, seed_list, signature)
from scenario import Scenario  # noqa: E402


class ReferrersCase(Scenario):

    def pair(self, source='generic', target='generic'):
        return self.mock(source), self.mock(target)

    def one(self, source, target, name='app', versions=('1',), referrers=True, **more):
        """A config of one entry."""
        how = {'referrers': referrers, **more}
        return self.config([self.entry(source, name, *versions, **how)], target.address)

    def has(self, target, *found, name='app') -> None:
        """All are there, and all tags are whole."""
        for each in found:
            self.assertIsNotNone(target.state.manifest(name, each.digest), 'a referrer is missing')
        target.state.check()

    def found_at(self, target, subject, *found, name='app') -> None:
        """Exactly these are found as referrers of subject at the target."""
        if target.profile.referrers == 'yes':
            there = target.state.referrers(name, subject.digest)
        else:
            there = listed(target, name, subject)
        self.assertEqual(sorted(each['digest'] for each in there),
                         sorted(each.digest for each in found))
        self.has(target, *found, name=name)

    def amounts(self, report, copied, present) -> None:
        job, = report.jobs
        self.assertEqual(job['referrers'], {'copied': copied, 'present': present}, report)
        self.assertEqual(report.document['totals']['referrers'], job['referrers'])


class Ways(ReferrersCase):

    def test_all_ways_from_and_to(self):
        cases = {f'{a}-{b}': (a, b) for a in ('generic', 'distribution', 'harbor', 'ghcr')
                 for b in ('generic', 'distribution', 'ghcr')}
        self.each(cases, self.one_way)

    def one_way(self, name, case):
        source, target = self.pair(*case)
        image = source.seed(images.image('a'), 'o/app', '1')
        found = [referrer(image, 'sig', annotations={'k': 'v', 'ä': '"\\'}),
                 referrer(image, 'sbom', SBOM)]
        if source.profile.referrers == 'yes':
            for each in found:
                source.seed(each, 'o/app')
        else:
            seed_list(source, 'o/app', image, *found)
        config = self.config([self.entry(source, 'o/app', '1', referrers=True)], target.address,
                             name=f'{name}.yaml')
        first = self.mirror(config)
        self.assertEqual(first.statuses(), ['created'], first)
        self.amounts(first, 2, 0)
        self.found_at(target, image, *found, name='o/app')
        self.assertOrder(target)
        if target.profile.referrers != 'yes':
            self.assertEqual(listed(target, 'o/app', image), [entry_of(each) for each in found])
        target.clear()
        second = self.mirror(config)
        self.assertEqual(second.statuses(), ['unchanged'], second)
        self.amounts(second, 0, 2)
        self.assertEqual([str(each) for each in target.writes()], [])

    def test_off_costs_nothing(self):
        for rule in (None, False):
            source, target = self.pair()
            image = source.seed(images.multi_platform('a'), 'app', '1')
            source.seed(referrer(image, 'sig'), 'app')
            more = {} if rule is None else {'referrers': rule}
            config = self.config([self.entry(source, 'app', '1', **more)], target.address)
            for status in ('created', 'unchanged'):
                report = self.mirror(config)
                self.assertEqual(report.statuses(), [status])
                self.amounts(report, 0, 0)
            for server in (source, target):
                self.assertEqual(server.requests(r'referrers|/sha256-'), [])

    def test_entry_beats_defaults_beats_top(self):
        for top, defaults, entry, wanted in ((True, None, None, 1), (False, True, None, 1),
                                             (True, False, None, 0), (True, True, False, 0),
                                             (False, False, {'artifact_types': ['*']}, 1)):
            source, target = self.pair()
            image = source.seed(images.image('a'), 'app', '1')
            source.seed(referrer(image, 'sig'), 'app')
            more = {} if entry is None else {'referrers': entry}
            whole = {'referrers': top}
            if defaults is not None:
                whole['defaults'] = {'images': {'referrers': defaults}}
            report = self.mirror(self.config([self.entry(source, 'app', '1', **more)],
                                             target.address, **whole))
            self.amounts(report, wanted, 0)

    def test_older_tags(self):
        source, target = self.pair('distribution', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        found = {kind: source.seed(signature(kind), 'app', old_tag(image, kind))
                 for kind in ('sig', 'att', 'sbom')}
        deep = source.seed(signature('of the sbom'), 'app', old_tag(found['sbom']))
        config = self.one(source, target)
        self.amounts(self.mirror(config), 4, 0)
        tags = target.state.repositories['app'].tags
        for kind, each in found.items():
            self.assertEqual(tags[old_tag(image, kind)], each.digest)
        self.assertEqual(tags[old_tag(found['sbom'])], deep.digest)
        self.assertOrder(target)
        target.state.check()
        target.clear()
        self.amounts(self.mirror(config), 0, 4)
        self.assertEqual(target.writes(), [])
        other = source.seed(signature('second'), 'app', old_tag(image))
        plan = self.plan(config, '--detailed-exitcode', status=10)
        self.assertEqual(plan.statuses(), ['would update'])
        self.assertEqual(target.writes(), [])
        report = self.mirror(config)
        self.assertEqual(report.statuses(), ['updated'])
        self.amounts(report, 1, 3)
        note, = report.jobs[0]['notes']
        self.assertIn(f'{old_tag(image)} had {found["sig"].digest} and has now {other.digest}', note)
        self.assertEqual(tags[old_tag(image)], other.digest)

    def test_nothing_to_find_is_nothing_to_do(self):
        for kind in ('generic', 'distribution'):
            source, target = self.pair(kind, kind)
            source.seed(images.multi_platform('a'), 'app', '1')
            report = self.mirror(self.one(source, target))
            self.assertEqual(report.statuses(), ['created'])
            self.assertEqual(report.jobs[0]['notes'], [])
            self.assertEqual(target.requests('referrers|/sha256-'), [])

    def test_types(self):
        cases = {'exact': ([SBOM], {'sbom'}), 'glob': (['application/spdx*'], {'sbom'}),
                 'several': ([SBOM, '*signature*'], {'sbom', 'sig'}),
                 'config': (['application/vnd.example.config*'], {'config'}),
                 'layer': (['*simplesigning*'], {'old'}), 'none': (['text/*'], set())}
        self.each(cases, self.of_types)

    def of_types(self, name, case):
        types, wanted = case
        for kind in ('generic', 'distribution'):
            source, target = self.pair(kind, kind)
            image = source.seed(images.image('a'), 'app', '1')
            config = images.descriptor('application/vnd.example.config.v1+json', b'{}')
            found = {'sbom': referrer(image, 'sbom', SBOM), 'sig': referrer(image, 'sig'),
                     'config': referrer(image, 'config', None, config=config)}
            if kind == 'generic':
                for each in found.values():
                    source.seed(each, 'app')
            else:
                seed_list(source, 'app', image, *found.values())
            found['old'] = source.seed(signature('old'), 'app', old_tag(image))
            path = self.config([self.entry(source, 'app', '1', referrers={
                'artifact_types': types})], target.address, name=f'{name}-{kind}.yaml')
            self.amounts(self.mirror(path), len(wanted), 0)
            for which, each in found.items():
                there = target.state.manifest('app', each.digest) is not None
                self.assertEqual(there, which in wanted, which)
            self.amounts(self.mirror(path), 0, len(wanted))

    def test_what_an_index_refers_with_is_copied_whole(self):
        source, target = self.pair('generic', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        whole = images.index([images.image('x'), images.image('y', platform='linux/arm64')],
                             artifactType=SBOM,
                             subject=images.descriptor(image.media_type, image.data))
        source.seed(whole, 'app')
        self.amounts(self.mirror(self.one(source, target, platforms=['linux/amd64'])), 1, 0)
        self.found_at(target, image, whole)
        self.assertEqual(listed(target, 'app', image)[0]['artifactType'], SBOM)
        images.check_graph(whole.digest, lambda d: (target.state.manifest('app', d) or [0, None])[1],
                           lambda d: target.state.blob('app', d))


class Depth(ReferrersCase):

    def test_referrers_of_referrers(self):
        for kind in ('generic', 'distribution'):
            source, target = self.pair(kind, kind)
            chain = [source.seed(images.image('a'), 'app', '1')]
            for i in range(6):
                found = referrer(chain[-1], i)
                if kind == 'generic':
                    source.seed(found, 'app')
                else:
                    seed_list(source, 'app', chain[-1], found)
                chain.append(found)
            report = self.mirror(self.one(source, target))
            self.assertEqual(report.statuses(), ['created'])
            self.amounts(report, 4, 0)
            for i in range(1, 5):
                self.found_at(target, chain[i - 1], chain[i])
            self.assertIsNone(target.state.manifest('app', chain[5].digest))
            note, = report.jobs[0]['notes']
            self.assertIn(chain[4].digest, note)
            self.assertIn('more than 4 levels', note)
            again = self.mirror(self.one(source, target))
            self.assertEqual(again.statuses(), ['unchanged'])
            self.amounts(again, 0, 4)

    def test_loops_end(self):
        """A list can name anything: the subject, or what names the subject."""
        source, target = self.pair('distribution', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        other = source.seed(images.image('b'), 'app', '2')
        seed_list(source, 'app', image, entry_of(image), entry_of(other))
        seed_list(source, 'app', other, entry_of(image))
        source.seed(signature('x'), 'app', old_tag(image))
        source.state.repositories['app'].tags[old_tag(other)] = image.digest
        source.state.repositories['app'].tags[old_tag(image, 'att')] = other.digest
        report = self.mirror(self.one(source, target, versions=('1', '2'), run={'parallel': 4}))
        self.assertEqual(report.statuses(), ['created', 'created'], report)
        notes = [job['notes'] for job in report.jobs]  # of whichever job came to it first
        self.assertIn('referring to something else', str(notes))
        self.assertEqual(listed(target, 'app', image), [])
        target.state.check()

    def one(self, source, target, name='app', versions=('1',), referrers=True, run=None, **more):
        how = {'referrers': referrers, **more}
        return self.config([self.entry(source, name, *versions, **how)], target.address, run=run)


class Indexes(ReferrersCase):

    def seeded(self, source, kind):
        """An index with referrers of its root and of each child."""
        image = source.seed(images.multi_platform('a'), 'app', '1')
        children = [images.Image(image.manifests[d][0], d, {d: image.manifests[d]})
                    for d in image.children]
        found = {each.digest: referrer(each, each.digest) for each in (image, *children)}
        for digest, each in found.items():
            if kind == 'generic':
                source.seed(each, 'app')
            else:
                subject = image if digest == image.digest else \
                    children[image.children.index(digest)]
                seed_list(source, 'app', subject, each)
        return image, children, found

    def test_verbatim_has_all(self):
        for kind in ('generic', 'distribution'):
            source, target = self.pair(kind, kind)
            image, children, found = self.seeded(source, kind)
            config = self.one(source, target)
            self.amounts(self.mirror(config), 3, 0)
            for each in (image, *children):
                self.found_at(target, each, found[each.digest])
            self.amounts(self.mirror(config), 0, 3)

    def test_a_cut_index_has_those_of_its_children(self):
        for kind in ('generic', 'distribution'):
            source, target = self.pair(kind, kind)
            image, children, found = self.seeded(source, kind)
            config = self.one(source, target, platforms=['linux/amd64'])
            plan = self.plan(config)
            self.amounts(plan, 1, 0)
            for report, copied in ((self.mirror(config), 1), (self.mirror(config), 0)):
                self.amounts(report, copied, 1 - copied)
                note, = report.jobs[0]['notes']
                self.assertEqual(note, f'1 referrer of {image.digest} is not applicable: '
                                       'the index was cut to linux/amd64')
            self.found_at(target, children[0], found[children[0].digest])
            self.assertIsNone(target.state.manifest('app', found[image.digest].digest))
            self.assertIsNone(target.state.manifest('app', found[children[1].digest].digest))

    def test_a_sparse_index_has_its_root_s_and_those_of_its_children(self):
        source = self.mock()
        target = self.mock(profile('generic', sparse_index=True))
        image, children, found = self.seeded(source, 'generic')
        config = self.one(source, target, platforms=['linux/arm64'], index='sparse')
        first = self.mirror(config)
        self.amounts(first, 2, 0)
        self.amounts(self.mirror(config), 0, 2)
        for each in (image, children[1]):
            there = target.state.referrers('app', each.digest)
            self.assertEqual([one['digest'] for one in there], [found[each.digest].digest])
        self.assertIsNone(target.state.manifest('app', found[children[0].digest].digest))


class Changes(ReferrersCase):

    def test_a_new_one_of_an_unchanged_tag(self):
        for kind in ('generic', 'distribution'):
            source, target = self.pair(kind, kind)
            image = source.seed(images.image('a'), 'app', '1')
            config = self.one(source, target)
            self.mirror(config)
            self.plan(config, '--detailed-exitcode', status=0)
            found = referrer(image, 'late')
            if kind == 'generic':
                source.seed(found, 'app')
            else:
                seed_list(source, 'app', image, found)
            target.clear()
            plan = self.plan(config, '--detailed-exitcode', status=10)
            self.assertEqual(plan.statuses(), ['would update'])
            self.amounts(plan, 1, 0)
            self.assertEqual(target.writes(), [])
            said = self.artmirror('plan', '--config', config).stdout
            self.assertIn('+1 referrer', said)
            self.assertIn('1 referrer to copy', said)
            report = self.mirror(config)
            self.assertEqual(report.statuses(), ['updated'])
            place = report.jobs[0]['target']
            self.assertEqual((place['digest'], place['previous_digest']),
                             (image.digest, image.digest))
            self.assertIn('+1 referrer', report.said)
            self.assertNotIn(f'old {image.digest}', report.said)
            self.found_at(target, image, found)
            self.plan(config, '--detailed-exitcode', status=0)

    def test_registries_that_do_not_say_that_they_index(self):
        """They have the API; one indexes what is put without saying so, the other not at all."""
        for indexes in (True, False):
            source, target = self.pair()
            image = source.seed(images.image('a'), 'app', '1')
            found = source.seed(referrer(image, 'sig'), 'app')
            target.fault('PUT .*/manifests/', faults.header('OCI-Subject', None), times=-1)
            if not indexes:
                empty = images.index([]).data
                target.fault('GET .*/referrers/', faults.change(
                    'empty', lambda r: setattr(r, 'body', empty)), times=-1)
            config = self.one(source, target)
            self.amounts(self.mirror(config), 1, 0)
            there = [each['digest'] for each in listed(target, 'app', image)]
            self.assertEqual(there, [] if indexes else [found.digest])
            self.assertEqual(self.plan(config).statuses(), ['unchanged'])
            again = self.mirror(config)
            self.assertEqual(again.statuses(), ['unchanged'])
            self.amounts(again, 0, 1)

    def test_what_is_there_but_not_listed_is_listed(self):
        source, target = self.pair('generic', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        found = source.seed(referrer(image, 'sig'), 'app')
        target.seed(found, 'app')
        self.amounts(self.mirror(self.one(source, target)), 1, 0)
        self.found_at(target, image, found)
        self.assertEqual(target.requests(f'PUT .*{found.digest}'), [])

    def test_lists_of_others_are_added_to(self):
        """What somebody else put there stays as it is, odd spelling and unknown members too."""
        source, target = self.pair('generic', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        found = source.seed(referrer(image, 'new'), 'app')
        other = target.seed(referrer(image, 'own', SBOM), 'app')
        entry = images.encode({**entry_of(other), 'x-own': [1.50, {'a': None}]})
        odd = (b'{ "manifests" : [ ' + entry.replace(b'1.5', b'1.500') + b' ] ,"schemaVersion":2,'
               b'"mediaType":"' + images.OCI_INDEX.encode() + b'", "annotations":{"k":"v"}}\n')
        target.state.put_manifest('app', images.OCI_INDEX, odd, list_tag(image.digest))
        self.mirror(self.one(source, target))
        _, data = target.state.manifest('app', list_tag(image.digest))
        head, _, rest = odd.partition(b' ] ,')
        self.assertTrue(data.startswith(head + b','), data)
        self.assertTrue(data.endswith(b' ] ,' + rest), data)
        self.assertEqual(listed(target, 'app', image)[1], entry_of(found))

    def test_a_damaged_list_is_left_alone(self):
        cases = {'image': images.image('no list').data, 'json': b'{"manifests": ',
                 'text': b'{"schemaVersion":2,"mediaType":"%s","manifests":{}}'
                         % images.OCI_INDEX.encode()}
        for name, data in cases.items():
            source, target = self.pair('generic', 'distribution')
            image = source.seed(images.image('a'), 'app', '1')
            source.seed(referrer(image, 'sig'), 'app')
            kind = images.OCI_MANIFEST if name == 'image' else images.OCI_INDEX
            target.state.put_manifest('app', kind, data, list_tag(image.digest))
            report = self.mirror(self.one(source, target), status=6)
            self.assertEqual(report.statuses(), ['failed'])
            self.assertIn(list_tag(image.digest), report.jobs[0]['error']['message'])
            self.assertEqual(target.state.manifest('app', list_tag(image.digest))[1], data)
            self.assertEqual(target.state.tag('app', '1'), image.digest)

    def test_several_targets(self):
        source = self.mock('distribution')
        targets = [self.mock(), self.mock('distribution'), self.mock('ghcr')]
        image = source.seed(images.multi_platform('a'), 'o/app', '1')
        found = [referrer(image, i) for i in range(3)]
        seed_list(source, 'o/app', image, *found)
        config = self.config(
            [self.entry(source, 'o/app', '1', referrers=True)],
            [{'id': f't{i}', 'value': each.address} for i, each in enumerate(targets)])
        report = self.mirror(config)
        self.assertEqual(report.statuses(), ['created'] * 3)
        for target in targets:
            self.found_at(target, image, *found, name='o/app')
        self.assertEqual(len(source.requests(f'GET .*{list_tag(image.digest)}$')), 1)
        for each in found:
            self.assertEqual(len(source.requests(f'GET .*{each.layers[0]}')), 1)


class Counted(ReferrersCase):
    """Docker Hub counts manifest GETs."""

    def setUp(self):
        super().setUp()
        ca = self.authority()
        tokens = self.token_server({}, tls=ca.issue('auth', ('auth.docker.io',)),
                                   realm='https://auth.docker.io/token')
        self.hub = self.mock('dockerhub', token=tokens,
                             tls=ca.issue('hub', ('registry-1.docker.io',)))
        self.hub.seen_as = 'https://registry-1.docker.io'
        proxy = self.running(Proxy({'registry-1.docker.io:443': self.hub,
                                    'auth.docker.io:443': tokens}))
        self.env = {'SSL_CERT_FILE': ca.certificate, **proxy.environment()}
        self.target = self.mock('distribution')
        self.image = self.hub.seed(images.multi_platform('a'), 'library/app', '1')
        self.found = referrer(self.image, 'sig')
        seed_list(self.hub, 'library/app', self.image, self.found)
        self.path = self.config([self.entry('docker.io', 'app', '1', referrers=True)],
                                self.target.address)

    def pulls(self):
        return [each for each in self.hub.requests('^GET .*/manifests/') if each.status != 401]

    def test_a_plan_spends_no_counted_pull(self):
        for status in ('would create', 'unchanged'):
            self.hub.clear()
            report = self.plan(self.path, env=self.env)
            self.assertEqual(report.statuses(), [status])
            self.assertEqual(self.pulls(), [])
            self.assertIn('counted pulls', str(report.jobs[0]['notes']))
            self.hub.clear()
            report = self.mirror(self.path, env=self.env)
            self.assertEqual(len(self.pulls()), report.jobs[0]['counted_pulls'])
            self.assertNotIn('counted pulls', str(report.jobs[0]['notes']))
        self.found_at(self.target, self.image, self.found, name='app')
        # Lists and older tags of three manifests and of the referrer; the manifests themselves are
        # learnt from the target.
        self.assertEqual(len(self.pulls()), 16)

    def test_the_budget_is_kept(self):
        path = self.config([self.entry('docker.io', 'app', '1', referrers=True)],
                           self.target.address, {'docker.io': {'min_remaining': 96}})
        report = self.mirror(path, env=self.env, status=5)
        self.assertEqual(report.jobs[0]['error']['code'], 'rate limit')
        self.assertEqual(self.hub.pulls_left, 96)
        self.assertEqual(self.target.state.tag('app', '1'), self.image.digest)


class Failures(ReferrersCase):

    def failing(self, source, target, status=1):
        report = self.mirror(self.config(
            [self.entry(source, 'app', '1', referrers=True)], target.address,
            run={'retries': 1}), status=status)
        self.assertEqual(report.statuses(), ['failed'], report)
        return report.jobs[0]['error']

    def test_names_subject_and_referrer(self):
        source, target = self.pair()
        image = source.seed(images.image('a'), 'app', '1')
        found = source.seed(referrer(image, 'sig'), 'app')
        source.state.repositories['app'].blobs.remove(found.layers[0])
        error = self.failing(source, target)
        for digest in (image.digest, found.digest):
            self.assertIn(digest, error['message'])
        self.assertEqual(error['code'], 'blob unknown')
        self.assertEqual(target.state.tag('app', '1'), image.digest)
        self.assertIsNone(target.state.manifest('app', found.digest))

    def test_put_refused(self):
        source, target = self.pair('generic', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        source.seed(referrer(image, 'sig'), 'app')
        target.fault(f'PUT .*/{list_tag(image.digest)}', faults.status(403, b'no', []), times=-1)
        error = self.failing(source, target, 3)
        self.assertIn(image.digest, error['message'])

    def test_faults_are_overcome(self):
        for match in ('GET .*/referrers/', 'GET .*/manifests/sha256-', 'GET .*/manifests/sha256:',
                      'GET .*/blobs/'):
            source, target = self.pair('generic', 'distribution')
            image = source.seed(images.image('a'), 'app', '1')
            found = source.seed(referrer(image, 'sig'), 'app')
            source.seed(signature('old'), 'app', old_tag(image))
            for server in (source, target):
                server.fault(match, faults.status(503, b'', []))
            target.fault('PUT .*/manifests/sha256-', faults.lost(True))
            target.fault('PUT .*/manifests/sha256:', faults.lost(True))
            report = self.mirror(self.one(source, target))
            self.assertEqual(report.statuses(), ['created'], report)
            self.found_at(target, image, found)

    def test_a_lost_answer_of_a_listing_registry(self):
        source, target = self.pair()
        image = source.seed(images.image('a'), 'app', '1')
        found = source.seed(referrer(image, 'sig'), 'app')
        target.fault(f'PUT .*/manifests/{found.digest}', faults.lost(True))
        self.mirror(self.one(source, target))
        self.found_at(target, image, found)
        self.assertEqual(listed(target, 'app', image), [])

    def test_gone_ones_are_left_out(self):
        source, target = self.pair('distribution', 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        found, gone = referrer(image, 'sig'), referrer(image, 'gone')
        seed_list(source, 'app', image, found, entry_of(gone))
        report = self.mirror(self.one(source, target))
        self.amounts(report, 1, 0)
        self.assertIn('1 listed referrer', report.jobs[0]['notes'][0])
        self.found_at(target, image, found)


class Hostile(ReferrersCase):

    def listing(self, entries, status=0, kind='distribution'):
        source, target = self.pair(kind, 'distribution')
        image = source.seed(images.image('a'), 'app', '1')
        source.seed(referrer(image, 'sig'), 'app')
        document = list_of(*(entries(image)))
        if kind == 'generic':
            source.fault('GET .*/referrers/' + image.digest, faults.change(
                'listing', lambda r: (r.set('Content-Type', images.OCI_INDEX),
                                      setattr(r, 'body', document.data))), times=-1)
        source.state.put_manifest('app', images.OCI_INDEX, document.data, list_tag(image.digest))
        report = self.mirror(self.one(source, target), status=status)
        self.assertEqual(target.state.tag('app', '1'), image.digest)
        target.state.check()
        return report.jobs[0], image, target

    @staticmethod
    def many(count):
        return lambda image: [{'mediaType': images.OCI_MANIFEST, 'size': 5,
                               'digest': images.digest_of(b'%d' % i)} for i in range(count)]

    def test_too_many(self):
        for kind in ('generic', 'distribution'):
            job, _, _ = self.listing(self.many(10001), 6, kind)
            self.assertEqual(job['error']['code'], 'digest')
            self.assertIn('10', job['error']['message'])

    def test_wrong_size(self):
        for kind in ('generic', 'distribution'):
            job, _, target = self.listing(
                lambda image: [{**entry_of(referrer(image, 'sig')), 'size': 5}], 6, kind)
            self.assertIn('not 5 as listed', job['error']['message'])

    def test_wrong_digest(self):
        """The registry gives other bytes than the list's digest says."""
        source, target = self.pair()
        image = source.seed(images.image('a'), 'app', '1')
        found = source.seed(referrer(image, 'sig'), 'app')
        source.fault(f'GET .*{found.digest}', faults.flip(20), times=-1)
        self.mirror(self.one(source, target, **{}), status=6)
        self.assertIsNone(target.state.manifest('app', found.digest))

    def test_other_algorithms_and_broken_entries(self):
        for kind in ('generic', 'distribution'):
            job, image, target = self.listing(lambda image: [
                entry_of(referrer(image, 'sig')),
                {'mediaType': images.OCI_MANIFEST, 'size': 5, 'digest': 'blake3:' + 'a' * 64},
                {'mediaType': images.OCI_MANIFEST, 'size': 5, 'digest': 'sha256:../../x'},
                {'mediaType': images.OCI_MANIFEST, 'size': -1, 'digest': image.digest},
                {'size': 5, 'digest': image.digest},
                {'mediaType': 'a\r\nb', 'size': 5, 'digest': image.digest}], kind=kind)
            self.assertEqual(job['referrers'], {'copied': 1, 'present': 0})
            if kind == 'distribution':
                self.assertIn('5 listed referrers', str(job['notes']))

    def test_a_broken_artifact_type_is_none(self):
        for kind in ('generic', 'distribution'):
            for bad in ('\x1b[31m', 'x' * 300, '\u00e4', ''):
                job, _, _ = self.listing(lambda image: [
                    {**entry_of(referrer(image, 'sig')), 'artifactType': bad}], kind=kind)
                self.assertEqual(job['referrers'], {'copied': 1, 'present': 0}, (kind, bad))

    def test_listed_twice_is_copied_once(self):
        for kind in ('generic', 'distribution'):
            job, image, target = self.listing(
                lambda image: [entry_of(referrer(image, 'sig'))] * 2, kind=kind)
            self.assertEqual(job['referrers'], {'copied': 1, 'present': 0}, kind)
            self.assertEqual(len(listed(target, 'app', image)), 1, kind)

    def test_a_stranger_is_left_out(self):
        for kind in ('generic', 'distribution'):
            job, image, target = self.listing(
                lambda image: [entry_of(referrer(images.image('b'), 'other')),
                               entry_of(image)], kind=kind)
            self.assertEqual(job['referrers'], {'copied': 0, 'present': 0})


if __name__ == '__main__':
    harness.main()
