# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium without a window, driven by WebDriver (https://www.w3.org/TR/webdriver2/)."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'  # the specification's name for a reference
ENTER, TAB, SPACE = '\ue007', '\ue004', ' '


def missing():
    """What is not installed, or None."""
    for name in ('chromium', 'chromedriver'):
        if shutil.which(name) is None:
            return f'{name} is not installed'
    return None


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='artmirror-browser-')
        env = {'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'HOME': self.folder.name,
               'TMPDIR': self.folder.name, 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC'}
        self.log = os.path.join(self.folder.name, 'driver.log')
        with open(self.log, 'wb') as log:
            self.driver = subprocess.Popen([shutil.which('chromedriver'), '--port=0'], env=env,
                                           stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=subprocess.STDOUT, start_new_session=True)
        self.session = None
        try:
            self.base = f'http://127.0.0.1:{self._port()}'
            self.session = self._open()
        except BaseException:
            self.close()
            raise

    def _port(self) -> int:
        for _ in range(300):
            with open(self.log, encoding='utf-8', errors='replace') as log:
                for line in log:
                    if 'started successfully on port' in line:
                        return int(line.rstrip('.\n').rsplit(' ', 1)[1])
            if self.driver.poll() is not None:
                break
            time.sleep(.1)
        raise RuntimeError('chromedriver does not start')

    def _open(self) -> str:
        arguments = ['--headless=new', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
                     f'--user-data-dir={self.folder.name}/profile', '--window-size=1280,900']
        if os.geteuid() == 0:
            arguments.append('--no-sandbox')
        always = {'browserName': 'chrome', 'pageLoadStrategy': 'normal',
                  'goog:loggingPrefs': {'browser': 'ALL'},
                  'goog:chromeOptions': {'binary': shutil.which('chromium'), 'args': arguments}}
        answer = self._send('POST', '/session', {'capabilities': {'alwaysMatch': always}})
        return answer['sessionId']

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={'Content-Type': 'application/json'})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as error:
            value = json.load(error)['value']
            raise RuntimeError(f'{path}: {value["error"]}: {value["message"]}') from None

    def command(self, method, path, body=None):
        return self._send(method, f'/session/{self.session}{path}', body)

    def devtools(self, name, **parameters):
        return self.command('POST', '/goog/cdp/execute', {'cmd': name, 'params': parameters})

    def close(self) -> None:
        if self.session is not None:
            self.command('DELETE', '')
        self.driver.terminate()
        self.driver.wait(10)
        self.folder.cleanup()

    def open(self, path) -> None:
        self.command('POST', '/url', {'url': path.absolute().as_uri()})

    def script(self, text, *arguments):
        """The value of a JavaScript function's body."""
        return self.command('POST', '/execute/sync', {'script': text, 'args': list(arguments)})

    def texts(self, selector) -> list:
        """Also of what is too far away to be drawn."""
        return self.script('return Array.from(document.querySelectorAll(arguments[0]),'
                           ' each => each.textContent.trim())', selector)

    def find(self, selector) -> str:
        found = self.command('POST', '/element', {'using': 'css selector', 'value': selector})
        return found[ELEMENT]

    def click(self, selector) -> None:
        self.command('POST', f'/element/{self.find(selector)}/click', {})

    def keys(self, text) -> None:
        """Presses keys, one after the other, where the focus is."""
        actions = []
        for key in text:
            actions += [{'type': 'keyDown', 'value': key}, {'type': 'keyUp', 'value': key}]
        self.command('POST', '/actions',
                     {'actions': [{'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def wait(self, text, *arguments, seconds=10) -> None:
        """Until the script says true."""
        end = time.monotonic() + seconds
        while not self.script(text, *arguments):
            if time.monotonic() > end:
                raise AssertionError(f'never true: {text}')
            time.sleep(.05)

    def messages(self) -> list:
        """What the console got since the last time: errors, violations of the page's policy."""
        return [f'{each["level"]} {each["message"]}'
                for each in self.command('POST', '/se/log', {'type': 'browser'})]

    def size(self, width, height=900) -> None:
        """Of the page, also below the least width of a window."""
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height,
                      deviceScaleFactor=1, mobile=width < 600)

    def media(self, kind='', **features) -> None:
        """kind: "print"; features: prefers_color_scheme="dark"."""
        self.devtools('Emulation.setEmulatedMedia', media=kind,
                      features=[{'name': name.replace('_', '-'), 'value': value}
                                for name, value in features.items()])

    def without_scripts(self, off=True) -> None:
        self.devtools('Emulation.setScriptExecutionDisabled', value=off)

    def picture(self, path, whole=True) -> None:
        shot = self.devtools('Page.captureScreenshot', format='png', captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot['data']))
