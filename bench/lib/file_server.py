# SPDX-License-Identifier: Apache-2.0
"""A web server in a process of its own: the files of a folder on a free loopback port, which it
prints. Its log has one line a request: METHOD PATH STATUS.

usage: file_server.py FOLDER LOG"""
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    log = None

    def log_request(self, code='-', size='-'):
        status = getattr(code, 'value', code)
        self.log.write(f'{self.command} {self.path} {status}\n')

    def log_message(self, *_):
        pass


def main():
    folder, log = sys.argv[1:]
    Handler.log = open(log, 'a', encoding='utf-8', buffering=1)
    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Handler, directory=folder))
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == '__main__':
    main()
