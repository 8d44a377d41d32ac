# SPDX-License-Identifier: Apache-2.0
# Part of HTTPApp.

"""Headless Chromium, and the chat page as a person uses it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from .waiting import wait_for


@contextmanager
def chromium(width: int = 1200, height: int = 800) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    names = ("chromium", "chromium-browser", "google-chrome")
    options.binary_location = next(filter(None, map(shutil.which, names)))
    options.add_argument("--headless=new")
    options.add_argument("--no-sandbox")  # Chromium refuses to run as root otherwise
    options.add_argument("--disable-gpu")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument("--disable-background-timer-throttling")
    options.add_argument("--disable-renderer-backgrounding")
    options.add_argument(f"--window-size={width},{height}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()


class ChatPage:
    """What a person sees of the chat, and does with it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def find(self, selector: str) -> list:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """The texts of all that match, read at one moment."""
        script = "return [...document.querySelectorAll(arguments[0])].map(it => it.textContent)"
        return self.driver.execute_script(script, selector)

    def open(self, url: str) -> None:
        """Opens the page as somebody who was never here before."""
        self.driver.get(url)
        self.driver.execute_script("localStorage.clear()")
        self.driver.get(url)

    def join(self, name: str) -> None:
        field = self.one("#name")
        field.clear()
        field.send_keys(name + Keys.ENTER)

    def enter(self, url: str, name: str) -> None:
        self.open(url)
        self.join(name)
        self.arrived()

    def arrived(self) -> None:
        wait_for(lambda: self.one("#room").is_displayed(), "the room to be shown")

    def type(self, text: str) -> None:
        self.one("#text").send_keys(text)

    def say(self, text: str) -> None:
        newline = Keys.SHIFT + Keys.ENTER + Keys.SHIFT  # pressed, and let go
        self.type(text.replace("\n", newline) + Keys.ENTER)

    @property
    def said(self) -> list[str]:
        return self.texts("#log .message .text")

    @property
    def notes(self) -> list[str]:
        return self.texts("#log .note")

    @property
    def people(self) -> list[str]:
        return self.texts("#people-list .name")

    @property
    def typing(self) -> str:
        return self.texts("#typing")[0]

    @property
    def transport(self) -> str:
        return self.texts("#transport")[0]

    @property
    def steps(self) -> list[str]:
        return self.texts("#steps li")

    @property
    def in_trouble(self) -> bool:
        return self.one("#trouble").is_displayed()

    def hears(self, text: str) -> None:
        wait_for(lambda: text in self.said, f"{text!r} to be shown")

    def notices(self, note: str) -> None:
        wait_for(lambda: note in self.notes, f"the note {note!r}")

    def problems(self) -> list[str]:
        """What the browser complained about, but for requests that a stopped server cannot answer."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["source"] != "network"]
