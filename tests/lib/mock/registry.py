# SPDX-License-Identifier: Apache-2.0
"""The scripted registry: the distribution API over State, with a profile and faults."""
import base64
import json
import re
import secrets
import time

from images import DOCKER_LIST, DOCKER_MANIFEST, INDEX_TYPES, OCI_INDEX, digest_of

from .faults import Faults
from .profiles import PROFILES
from .server import Server
from .state import State, Upload
from .wire import Response

NAME = r'[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*'
DIGEST = re.compile('^sha256:[0-9a-f]{64}$')
MESSAGES = {
    'BLOB_UNKNOWN': 'blob unknown to registry', 'BLOB_UPLOAD_UNKNOWN': 'blob upload unknown',
    'DENIED': 'requested access to the resource is denied', 'DIGEST_INVALID': 'digest mismatch',
    'MANIFEST_UNKNOWN': 'manifest unknown', 'NAME_UNKNOWN': 'repository name not known',
    'UNAUTHORIZED': 'authentication required', 'MANIFEST_INVALID': 'manifest invalid',
    'NAME_INVALID': 'invalid repository name', 'UNSUPPORTED': 'the operation is unsupported',
    'MANIFEST_BLOB_UNKNOWN': 'blob unknown to registry', 'SIZE_INVALID': 'manifest too large',
    'TAG_INVALID': 'The image tag already exists and cannot be overwritten because the '
                   'repository is immutable.',
    'TOOMANYREQUESTS': 'You have reached your pull rate limit. You may increase the limit by '
                       'authenticating and upgrading: https://www.docker.com/increase-rate-limit'}


def refusal(status: int, code: str, message=None, detail=None) -> Response:
    body = json.dumps({'errors': [{'code': code, 'message': message or MESSAGES[code],
                                   'detail': detail}]}).encode()
    return Response(status, [('Content-Type', 'application/json')], body)


class MockRegistry(Server):
    """basic: (user, password); token: a TokenServer. challenge: replaces WWW-Authenticate (a list
    of header values). denied: {(method, repository): Response} for permission texts."""

    def __init__(self, profile=PROFILES['generic'], basic=None, token=None, challenge=None, **how):
        self.state = State()
        self.faults = Faults()
        self.profile = profile
        self.basic = basic
        self.token = token
        self.challenge = challenge
        self.denied = {}
        self.pulls_left = profile.pulls
        if token:
            token.post_status = profile.token_post or token.post_status
        super().__init__(**how)

    def fault(self, match, action, times=1, skip=0, ordinal=None):
        return self.faults.add(match, action, times, skip, ordinal)

    def writes(self) -> list:
        return self.requests('^(POST|PUT|PATCH|DELETE) ')

    def handle(self, request) -> Response:
        response = self.faults.answer(request, self.usual, self.lock)
        response.no_body = response.no_body or request.method == 'HEAD'
        return response

    # --- who may do what

    def usual(self, request) -> Response:
        match = re.fullmatch('/v2/(?:(.+)/(blobs/uploads|manifests|blobs|tags|referrers)/(.*))?',
                             request.path)
        if not match:
            return Response(404, body=b'404 page not found\n')
        name, kind, rest = match.groups()
        refused = self.refuse(request, name)
        if refused:
            return refused
        if name is None:
            return Response(200, [('Content-Type', 'application/json'),
                                  ('Docker-Distribution-Api-Version', 'registry/2.0')], b'{}')
        if not re.fullmatch(NAME, name):
            return refusal(400, 'NAME_INVALID')
        special = self.denied.get((request.method, name)) or self.denied.get((request.method, ''))
        if special:
            return special(request) if callable(special) else special
        if not self.profile.creates and name not in self.state.repositories:
            return refusal(404, 'NAME_UNKNOWN', f"The repository with name '{name}' does not exist")
        return getattr(self, {'blobs/uploads': 'upload'}.get(kind, kind))(request, name, rest)

    def refuse(self, request, name):
        """A 401 when the request carries no right to do what it asks."""
        given = request.header('Authorization') or ''
        if self.basic:
            wanted = base64.b64encode(':'.join(self.basic).encode()).decode()
            if given == f'Basic {wanted}':
                return None
            return self.unauthorized(['Basic realm="mock"'])
        if not self.token:
            return None
        actions = ['pull'] if request.method in ('GET', 'HEAD') else ['pull', 'push']
        needed = [(name, action) for action in actions] if name else []
        origin = request.query.get('from')
        if origin and self.profile.mount == 'yes':
            needed.append((origin, 'pull'))
        bearer = given[7:] if given.startswith('Bearer ') else ''
        error = self.token.judge(bearer, needed)
        if error is None:
            return None
        value = f'Bearer realm="{self.token.realm}",service="{self.token.service}"'
        if name:
            value += f',scope="repository:{name}:{",".join(actions)}"'
        if bearer:
            value += f',error="{error}"'
        return self.unauthorized([value])

    def unauthorized(self, values) -> Response:
        found = refusal(401, 'UNAUTHORIZED')
        found.headers += [('WWW-Authenticate', value) for value in self.challenge or values]
        return found

    # --- manifests, tags, referrers

    def manifests(self, request, name, reference) -> Response:
        if request.method == 'PUT':
            return self.put_manifest(request, name, reference)
        if request.method == 'DELETE':
            return self.delete_manifest(name, reference)
        found = self.state.manifest(name, reference)
        if not found:
            code = 'MANIFEST_UNKNOWN' if name in self.state.repositories else 'NAME_UNKNOWN'
            return self.limits(refusal(404, code))
        media_type, data = found
        if request.method == 'GET' and self.profile.pulls is not None:
            with self.lock:
                if self.pulls_left <= 0:
                    return self.limits(refusal(429, 'TOOMANYREQUESTS'))
                self.pulls_left -= 1
        return self.limits(Response(200, [('Content-Type', media_type),
                                          *self.digest_header(digest_of(data))], data))

    def limits(self, response) -> Response:
        if self.profile.pulls is not None:
            window = self.profile.window
            response.headers += [('ratelimit-limit', f'{self.profile.pulls};w={window}'),
                                 ('ratelimit-remaining', f'{self.pulls_left};w={window}'),
                                 ('docker-ratelimit-source', '192.0.2.7')]
        return response

    def digest_header(self, digest) -> list:
        return [('Docker-Content-Digest', digest)] if self.profile.digest_headers else []

    def put_manifest(self, request, name, reference) -> Response:
        data = request.body()
        media_type = (request.header('Content-Type') or '').split(';')[0]
        if len(data) > self.profile.manifest_limit:
            return refusal(413, 'SIZE_INVALID')
        try:
            document = json.loads(data)
            missing = self.state.missing(name, data)
        except (ValueError, KeyError, TypeError) as error:
            return refusal(400, 'MANIFEST_INVALID', detail=str(error))
        if document.get('mediaType', media_type) != media_type:
            return refusal(400, 'MANIFEST_INVALID', 'media type mismatch')
        if media_type in (DOCKER_MANIFEST, DOCKER_LIST) and not self.profile.docker_types:
            return refusal(415, 'MANIFEST_INVALID', f'unsupported media type {media_type}')
        sparse = self.profile.sparse_index and media_type in INDEX_TYPES
        if missing and self.profile.validates and not sparse:
            code = 'MANIFEST_UNKNOWN' if media_type in INDEX_TYPES else 'MANIFEST_BLOB_UNKNOWN'
            return refusal(404 if self.profile.name == 'ghcr' else 400, code, detail=missing[0])
        digest = digest_of(data)
        tag = None
        if reference.startswith('sha256:'):
            if reference != digest:
                return refusal(400, 'DIGEST_INVALID')
        else:
            tag = reference
            if self.profile.immutable and self.state.tag(name, tag):
                return refusal(400, 'TAG_INVALID')
        self.state.put_manifest(name, media_type, data, tag)
        found = Response(201, [('Location', f'/v2/{name}/manifests/{digest}'),
                               *self.digest_header(digest)])
        if 'subject' in document and self.profile.referrers == 'yes':
            found.set('OCI-Subject', document['subject']['digest'])
        return found

    def delete_manifest(self, name, reference) -> Response:
        repository = self.state.repositories.get(name)
        if not self.profile.delete:
            return refusal(405, 'UNSUPPORTED')
        if not repository or not self.state.manifest(name, reference):
            return refusal(404, 'MANIFEST_UNKNOWN')
        if repository.tags.pop(reference, None) is None:
            del repository.manifests[reference]
        return Response(202)

    def tags(self, request, name, _rest) -> Response:
        repository = self.state.repositories.get(name)
        if not repository:
            return refusal(404, 'NAME_UNKNOWN')
        last = request.query.get('last', '')
        count = min(int(request.query.get('n') or self.profile.page), self.profile.page)
        after = [tag for tag in sorted(repository.tags) if tag > last]
        page = after[:count]
        found = Response(200, [('Content-Type', 'application/json')],
                         json.dumps({'name': name, 'tags': page}).encode())
        if len(after) > count:
            found.set('Link', f'</v2/{name}/tags/list?n={count}&last={page[-1]}>; rel="next"')
        return found

    def referrers(self, _request, name, digest) -> Response:
        if self.profile.referrers == 'no':
            return Response(404, body=b'404 page not found\n')
        if self.profile.referrers == 'html':
            return Response(303, [('Location', f'https://packages.example/{name}')])
        if self.profile.referrers == 'denied':
            return refusal(401, 'UNAUTHORIZED')
        return Response(200, [('Content-Type', OCI_INDEX)], json.dumps(
            {'schemaVersion': 2, 'mediaType': OCI_INDEX,
             'manifests': self.state.referrers(name, digest)}).encode())

    # --- blobs and uploads

    def blobs(self, request, name, digest) -> Response:
        data = self.state.blob(name, digest)
        if data is None:
            return refusal(404, 'BLOB_UNKNOWN')
        found = Response(200, [('Content-Type', 'application/octet-stream'),
                               *self.digest_header(digest)], data)
        wanted = re.fullmatch(r'bytes=(\d+)-(\d*)', request.header('Range') or '')
        if wanted and request.method == 'GET':
            first = int(wanted[1])
            last = min(int(wanted[2] or len(data) - 1), len(data) - 1)
            if first > last:
                return Response(416).set('Content-Range', f'bytes */{len(data)}')
            found.status, found.body = 206, data[first:last + 1]
            found.set('Content-Range', f'bytes {first}-{last}/{len(data)}')
        return found

    def upload(self, request, name, session) -> Response:
        if request.method == 'POST':
            return self.start_upload(request, name)
        found = self.state.uploads.get(session)
        if not found or found.repository != name:
            return refusal(404, 'BLOB_UPLOAD_UNKNOWN')
        if self.profile.stateful_location and request.query.get('_state') != found.state:
            return refusal(416, 'BLOB_UPLOAD_UNKNOWN', 'stale upload state')
        if request.method == 'DELETE':
            self.state.uploads.pop(session, None)
            return Response(204)
        if request.method == 'GET':
            return self.session(session, found, 204)
        found.data += request.body()
        if request.method == 'PATCH':
            return self.session(session, found, 202)
        self.state.uploads.pop(session, None)
        digest = request.query.get('digest', '')
        if not DIGEST.match(digest) or digest_of(bytes(found.data)) != digest:
            return refusal(400, 'DIGEST_INVALID')
        self.state.put_blob(name, bytes(found.data))
        return self.stored(name, digest)

    def start_upload(self, request, name) -> Response:
        request.body()
        mounted = request.query.get('mount')
        if mounted:
            if self.profile.mount == 'yes':
                if self.state.mount(name, mounted, request.query.get('from', '')):
                    return self.stored(name, mounted)
            elif self.profile.mount != 'no':
                return refusal(int(self.profile.mount), 'UNAUTHORIZED')
        session = secrets.token_hex(16)
        found = self.state.uploads[session] = Upload(name)
        self.state.repository(name)
        return self.session(session, found, 202)

    def session(self, session, found: Upload, status) -> Response:
        target = f'/v2/{found.repository}/blobs/uploads/{session}?_state={found.renew()}'
        base = self.public_url if self.profile.absolute_location else ''
        return Response(status, [('Location', base + target), ('Docker-Upload-Uuid', session),
                                 ('Range', f'0-{max(0, len(found.data) - 1)}')])

    @property
    def public_url(self) -> str:
        return getattr(self, 'seen_as', None) or self.url

    def stored(self, name, digest) -> Response:
        return Response(201, [('Location', f'/v2/{name}/blobs/{digest}'),
                              *self.digest_header(digest)])

    def seed(self, image, name, *tags):
        """Puts an image there as if it had been pushed before the test."""
        return self.state.add(image, name, *tags)

    def settle(self, seconds=0.05) -> None:
        """Lets the last entries of the journal be completed."""
        time.sleep(seconds)
