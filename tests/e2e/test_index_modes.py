#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of a root: verbatim, cut to platforms, sparse; pins; when is it unchanged."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from mock import profile  # noqa: E402
from scenario import Scenario  # noqa: E402

SOURCE_DIGEST = 'io.artmirror.source.digest'
PLATFORMS = 'io.artmirror.platforms'


class Modes(Scenario):
    """A scripted source with app:1 and a scripted target."""

    def setUp(self):
        super().setUp()
        self.source = self.mock()
        self.target = self.mock()

    def run_app(self, status=0, target=None, **entry):
        target = target or self.target
        self.path = self.config([self.entry(self.source, 'app', '1', **entry)], target.address)
        return self.mirror(self.path, status=status)

    def at(self, server, name='app', reference='1'):
        found = server.state.manifest(name, reference)
        self.assertIsNotNone(found, f'{name}:{reference} is absent')
        return found

    def clear(self):
        self.source.clear()
        self.target.clear()

    def asked(self, server):
        return [f'{each.method} {each.path}' for each in server.requests()]

    def unchanged(self, reading='HEAD', source=1):
        """The next run writes nothing and asks once on each side."""
        self.clear()
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])
        self.assertEqual(self.asked(self.target), [f'{reading} /v2/app/manifests/1'])
        self.assertEqual(self.asked(self.source), ['HEAD /v2/app/manifests/1'] * source)


class Verbatim(Modes):

    def test_every_kind_of_root(self):
        roots = {
            'oci-index': images.multi_platform('i'),
            'docker-list': images.multi_platform('l', docker=True),
            'oci-image': images.image('o'),
            'docker-image': images.image('d', docker=True),
            'attested': images.multi_platform('a', attestations=True),
            'nested': images.index([images.multi_platform('n'), images.image('m')]),
            'no-layers': images.image('none', layers=0),
            'odd-bytes': self.spaced(images.image('s')),
        }
        for name, image in roots.items():
            self.source.seed(image, name, '1')
        path = self.config([self.entry(self.source, name, '1') for name in roots],
                           self.target.address)
        self.mirror(path)
        for name, image in roots.items():
            self.assertEqual(self.at(self.target, name), (image.media_type, image.data), name)
            self.assertEqual(set(image.manifests),
                             set(self.target.state.repositories[name].manifests), name)
        self.assertEqual(self.target.state.check(), len(roots))
        self.assertOrder(self.target)
        self.clear()
        self.assertEqual(self.mirror(path).statuses(), ['unchanged'] * len(roots))
        for server in (self.source, self.target):
            self.assertEqual(sorted(self.asked(server)),
                             sorted(f'HEAD /v2/{name}/manifests/1' for name in roots))

    @staticmethod
    def spaced(image):
        """The same manifest, written by somebody with a taste of his own."""
        data = b' ' + json.dumps(image.document, indent=5, sort_keys=True).encode() + b'\n\n'
        return images.from_document(image.document, image.blobs, image.platform, data)

    def test_children_have_no_tags(self):
        self.source.seed(images.multi_platform('x'), 'app', '1')
        self.run_app()
        self.assertEqual(list(self.target.state.repositories['app'].tags), ['1'])

    def test_verbatim_with_platforms_brings_all_of_them(self):
        image = self.source.seed(images.multi_platform('v'), 'app', '1')
        self.run_app(platforms=['linux/amd64'], index='verbatim')
        self.assertEqual(self.at(self.target), (image.media_type, image.data))
        self.assertEqual(self.target.state.check(), 1)
        self.unchanged()


class Filtered(Modes):

    def written_oddly(self):
        """An index whose descriptors no JSON library would write like that again."""
        self.children = [images.image(name, platform=name, size=300) for name in
                         ('linux/amd64', 'linux/arm64/v8', 'linux/arm/v6', 'linux/arm/v7')]
        self.proof = images.attestation(self.children[1])
        other = images.attestation(self.children[0])
        texts = []
        for child in (*self.children, other, self.proof):
            more = {'platform': child.platform, 'x-unknown': [1, 2.50, {'\u00e9': None}]}
            subject = getattr(child, 'subject', None)
            if subject:
                more['annotations'] = {'vnd.docker.reference.digest': subject,
                                       'vnd.docker.reference.type': 'attestation-manifest'}
            document = images.descriptor(child.media_type, child.data, **more)
            texts.append(json.dumps(document, indent=len(texts), ensure_ascii=bool(len(texts) % 2),
                                    sort_keys=bool(len(texts) % 3)))
        data = ('{"schemaVersion" : 2,\n "manifests":[' + ' ,\n'.join(texts) + '],\t"mediaType":"'
                + images.OCI_INDEX + '", "annotations":{"org.example":"kept"}}\n').encode()
        whole = images.from_document(json.loads(data), {}, data=data)
        for child in (*self.children, other, self.proof):
            whole.manifests.update(child.manifests)
            whole.blobs.update(child.blobs)
        return whole, texts

    def test_descriptors_byte_for_byte(self):
        whole, texts = self.written_oddly()
        self.source.seed(whole, 'app', '1')
        self.run_app(platforms=['linux/arm64', 'linux/arm'])
        media_type, data = self.at(self.target)
        self.assertEqual(media_type, images.OCI_INDEX)
        kept = [texts[1], texts[2], texts[3], texts[5]]
        at = 0
        for text in kept:
            found = data.find(text.encode(), at)
            self.assertGreater(found, at, f'not there as it was: {text}')
            at = found
        document = json.loads(data)
        self.assertEqual(len(document['manifests']), len(kept))
        self.assertEqual(document['annotations'], {
            'org.example': 'kept', SOURCE_DIGEST: whole.digest,
            PLATFORMS: 'linux/arm,linux/arm64'})
        self.assertEqual(self.target.state.check(), 1)
        held = self.target.state.repositories['app'].manifests
        self.assertNotIn(self.children[0].digest, held)
        self.assertIn(self.proof.digest, held)
        self.assertOrder(self.target)
        self.unchanged('GET')

    def test_docker_list_becomes_an_oci_index_even_with_one_child(self):
        image = self.source.seed(images.multi_platform('l', docker=True), 'app', '1')
        self.run_app(platforms=['linux/arm64'])
        media_type, data = self.at(self.target)
        self.assertEqual(media_type, images.OCI_INDEX)
        self.assertEqual(json.loads(data)['mediaType'], images.OCI_INDEX)
        self.assertEqual(json.loads(data)['manifests'], [image.document['manifests'][1]])
        child = image.children[1]
        self.assertEqual(self.at(self.target, reference=child), image.manifests[child])

    def test_all_platforms_wanted_is_still_cut(self):
        self.source.seed(images.multi_platform('p'), 'app', '1')
        self.run_app(platforms=['linux/amd64', 'linux/arm64'])
        self.assertEqual(len(json.loads(self.at(self.target)[1])['manifests']), 2)
        self.assertNotEqual(self.target.state.tag('app', '1'), self.source.state.tag('app', '1'))

    def test_digest_is_deterministic(self):
        self.source.seed(images.multi_platform('p', attestations=True), 'app', '1')
        other = self.mock()
        self.run_app(platforms=['linux/arm64', 'linux/amd64'])
        self.run_app(platforms=['linux/amd64', 'linux/arm64', 'linux/amd64'], target=other)
        self.assertEqual(self.at(self.target), self.at(other))

    def test_order_of_platforms_does_not_matter(self):
        self.source.seed(images.multi_platform('p'), 'app', '1')
        self.run_app(platforms=['linux/arm64', 'linux/amd64'])
        self.assertEqual(self.run_app(platforms=['linux/amd64', 'linux/arm64']).statuses(),
                         ['unchanged'])

    def test_other_platforms_or_another_source_update(self):
        self.source.seed(images.multi_platform('p'), 'app', '1')
        self.run_app(platforms=['linux/amd64'])
        self.assertEqual(self.run_app(platforms=['linux/arm64']).statuses(), ['updated'])
        self.assertEqual(self.run_app(platforms=['linux/arm64', 'linux/amd64']).statuses(),
                         ['updated'])
        new = self.source.seed(images.multi_platform('q'), 'app', '1')
        self.assertEqual(self.mirror(self.path).statuses(), ['updated'])
        self.assertEqual(json.loads(self.at(self.target)[1])['annotations'][SOURCE_DIGEST],
                         new.digest)
        self.unchanged('GET')
        self.assertEqual(self.run_app().statuses(), ['updated'])
        self.assertEqual(self.at(self.target)[1], new.data)

    def test_a_filled_tag_is_unchanged_in_any_mode(self):
        """What another tool copied before has the source's own digest."""
        for image in (images.multi_platform('f'), images.image('g')):
            self.source.seed(image, 'app', '1')
            self.target.seed(image, 'app', '1')
            for how in ({}, {'platforms': ['linux/amd64']},
                        *({'platforms': ['linux/amd64'], 'index': mode}
                          for mode in ('filtered', 'verbatim', 'sparse'))):
                with self.subTest(how=how):
                    self.target.clear()
                    self.assertEqual(self.run_app(**how).statuses(), ['unchanged'])
                    self.assertEqual(self.target.writes(), [])

    def test_one_annotation_alone_is_not_enough(self):
        """An index that only says where it is from, or only for whom, is replaced."""
        image = self.source.seed(images.multi_platform('p'), 'app', '1')
        for annotations in ({SOURCE_DIGEST: image.digest}, {PLATFORMS: 'linux/amd64'},
                            {SOURCE_DIGEST: image.digest, PLATFORMS: 'linux/arm64'}):
            with self.subTest(annotations=annotations):
                child = images.image('p linux/amd64')
                self.target.seed(images.index([child], annotations=annotations), 'app', '1')
                self.assertEqual(self.run_app(platforms=['linux/amd64']).statuses(), ['updated'])

    def test_variants(self):
        names = ('linux/amd64', 'linux/arm64/v8', 'linux/arm/v6', 'linux/arm/v7',
                 'linux/amd64/v3')
        image = self.source.seed(images.multi_platform('v', names), 'app', '1')
        for wanted, kept in {'linux/arm64': [1], 'linux/arm64/v8': [1], 'linux/arm': [2, 3],
                             'linux/arm/v7': [3], 'linux/amd64': [0],
                             'linux/amd64/v3': [4]}.items():
            with self.subTest(wanted=wanted):
                self.run_app(platforms=[wanted])
                self.assertEqual(json.loads(self.at(self.target)[1])['manifests'],
                                 [image.document['manifests'][i] for i in kept])

    def test_missing_platform_lists_what_there_is(self):
        self.source.seed(images.multi_platform('v', ('linux/amd64', 'windows/amd64'),
                                               attestations=True), 'app', '1')
        for mode in ('filtered', 'verbatim', 'sparse'):
            with self.subTest(mode=mode):
                found = self.run_app(status=4, platforms=['linux/amd64', 'linux/s390x'],
                                     index=mode)
                message = found.jobs[0]['error']['message']
                self.assertIn('linux/s390x', message)
                self.assertIn('linux/amd64, windows/amd64', message)
                self.assertNotIn('unknown', message)
                self.assertEqual(self.target.writes(), [])


class Single(Modes):

    def test_verbatim_once_its_platform_is_checked(self):
        for docker in (False, True):
            with self.subTest(docker=docker):
                image = self.source.seed(images.image(f's{docker}', platform='linux/arm64/v8',
                                                      docker=docker), 'app', '1')
                self.run_app(platforms=['linux/arm64'])
                self.assertEqual(self.at(self.target), (image.media_type, image.data))
                self.unchanged('GET')

    def test_another_platform_fails_with_what_it_is(self):
        self.source.seed(images.image('s', platform='windows/amd64'), 'app', '1')
        found = self.run_app(status=4, platforms=['linux/amd64'])
        self.assertIn('windows/amd64', found.jobs[0]['error']['message'])
        self.assertEqual(self.target.writes(), [])

    def test_a_config_that_names_no_platform(self):
        config = b'{}'
        document = {'schemaVersion': 2, 'mediaType': images.OCI_MANIFEST,
                    'config': images.descriptor('application/vnd.example+json', config),
                    'layers': []}
        self.source.seed(images.from_document(document, {images.digest_of(config): config}),
                         'app', '1')
        found = self.run_app(status=4, platforms=['linux/amd64'])
        self.assertIn('none', found.jobs[0]['error']['message'])
        self.assertEqual(self.run_app().statuses(), ['created'])


class Sparse(Modes):

    def setUp(self):
        super().setUp()
        self.image = self.source.seed(images.multi_platform('s', attestations=True), 'app', '1')

    def sparse(self, *platforms, **how):
        return self.run_app(platforms=list(platforms), index='sparse', **how)

    def test_taken(self):
        self.target = self.mock(profile('generic', sparse_index=True))
        self.sparse('linux/amd64')
        self.assertEqual(self.at(self.target), (self.image.media_type, self.image.data))
        held = set(self.target.state.repositories['app'].manifests)
        kept, missing = self.image.children[0::2], self.image.children[1::2]
        self.assertEqual(held, {self.image.digest, *kept})
        self.assertEqual(self.target.state.check(allow_missing=missing), 1)
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])

    def test_refused(self):
        for target in (self.target, self.registry('real')):
            found = self.sparse('linux/amd64', target=target, status=1)
            error = found.jobs[0]['error']
            self.assertIn('index: filtered', error['hint'])
            self.assertTrue(error['message'])
            self.assertEqual(len(target.requests('^PUT .*manifests/1$')), 1, 'asked again')
        self.assertIsNone(self.target.state.tag('app', '1'))

    def test_nothing_is_believed_of_a_sparse_index(self):
        """Children that an old sparse index names may be missing."""
        self.target = self.mock(profile('generic', sparse_index=True))
        self.sparse('linux/amd64')
        self.assertEqual(self.sparse('linux/amd64', 'linux/arm64').statuses(), ['updated'])
        self.assertEqual(self.target.state.check(), 1)
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])

    def test_a_wider_choice_is_no_change_of_the_tag(self):
        """on_change is about content; and a pin is no excuse to leave a child out."""
        self.target = self.mock(profile('generic', sparse_index=True))
        pin = {'tag': '1', 'digest': self.image.digest}
        for platforms in (['linux/amd64'], ['linux/amd64', 'linux/arm64']):
            self.mirror(self.config([self.entry(self.source, 'app', pin, platforms=platforms,
                                                index='sparse', on_change='keep')],
                                    self.target.address))
        self.assertEqual(self.target.state.check(), 1)

    def test_without_platforms_it_means_nothing(self):
        self.run_app(index='sparse')
        self.assertEqual(self.target.state.check(), 1)
        self.assertEqual(self.at(self.target)[1], self.image.data)


class Where(Modes):

    def test_index_of_all_entries_of_defaults_and_of_one(self):
        image = self.source.seed(images.multi_platform('w'), 'app', '1')
        one = self.entry(self.source, 'app', '1', platforms=['linux/amd64'])

        def digest(entry, **more):
            self.target = self.mock()
            self.mirror(self.config([entry], self.target.address, **more))
            return self.target.state.tag('app', '1')
        self.assertEqual(digest(one, index='verbatim'), image.digest)
        self.assertNotEqual(digest({**one, 'index': 'filtered'}, index='verbatim'), image.digest)
        self.assertEqual(digest(one, index='filtered', defaults={'images': {'index': 'verbatim'}}),
                         image.digest)


class Pins(Modes):

    def pin(self, *versions, status=0):
        self.path = self.config([self.entry(self.source, 'app', *versions)], self.target.address)
        return self.mirror(self.path, status=status)

    def setUp(self):
        super().setUp()
        self.old = self.source.seed(images.image('old'), 'app', '1')
        self.new = self.source.seed(images.multi_platform('new'), 'app', '1')

    def test_a_pin_is_what_the_tag_gets(self):
        found = self.pin({'tag': '1', 'digest': self.old.digest})
        self.assertEqual(self.at(self.target)[1], self.old.data)
        self.assertEqual(found.jobs[0]['source']['digest'], self.old.digest)
        self.clear()
        found = self.mirror(self.path)
        self.assertEqual(found.statuses(), ['unchanged'])
        self.assertEqual(found.jobs[0]['source']['digest'], self.old.digest)
        self.assertEqual(self.asked(self.target), ['HEAD /v2/app/manifests/1'])
        self.assertEqual(self.asked(self.source), [])

    def test_the_tag_itself_is_never_asked_for(self):
        self.pin({'tag': '1', 'digest': self.old.digest})
        self.assertEqual(self.source.requests('manifests/1$'), [])

    def test_a_bare_digest_has_no_tag(self):
        found = self.pin(self.new.digest)
        self.assertEqual(found.statuses(), ['created'])
        self.assertEqual(self.target.state.repositories['app'].tags, {})
        self.assertEqual(self.at(self.target, reference=self.new.digest)[1], self.new.data)
        self.assertIn(f'@{self.new.digest}', found.jobs[0]['target']['reference'])
        self.assertEqual(self.target.requests('^PUT')[-1].path,
                         f'/v2/app/manifests/{self.new.digest}')
        self.clear()
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])

    def test_a_bare_digest_with_platforms(self):
        self.path = self.config([self.entry(self.source, 'app', self.new.digest,
                                            platforms=['linux/amd64'])], self.target.address)
        found = self.mirror(self.path)
        self.assertEqual(self.target.state.repositories['app'].tags, {})
        digest = found.jobs[0]['target']['digest']
        document = json.loads(self.at(self.target, reference=digest)[1])
        self.assertEqual(document['annotations'][SOURCE_DIGEST], self.new.digest)
        self.target.clear()
        self.assertEqual(self.mirror(self.path).statuses(), ['unchanged'])
        self.assertEqual(self.target.writes(), [])

    def test_a_pin_that_does_not_exist(self):
        absent = images.digest_of(b'nobody')
        for version in ({'tag': '1', 'digest': absent}, absent):
            found = self.pin(version, status=4)
            self.assertEqual(found.statuses(), ['failed'])
            self.assertIn(absent, json.dumps(found.jobs[0]))
        self.assertEqual(self.target.writes(), [])


if __name__ == '__main__':
    harness.main()
