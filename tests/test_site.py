"""The lessons as web pages, opened from their folder in a real browser: no server, no network."""

from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest

build_site = pytest.importorskip("build_site", reason="needs the extra `dev`")


@pytest.fixture(scope="module")
def first_page(tmp_path_factory):
    return build_site.main(tmp_path_factory.mktemp("site") / "site")


@pytest.fixture
def page(browser):
    """A page that collects its console errors and the requests that leave the folder."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.complaints = []
    page.on("console", lambda m: m.type == "error" and page.complaints.append(m.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda r: r.url.startswith("file:") or page.complaints.append(r.url))
    page.on("requestfailed", lambda r: page.complaints.append(f"failed: {r.url}"))
    yield page
    page.close()


def test_every_link_leads_somewhere_and_no_page_complains(first_page, page):
    """Follow all links from the first page: pages, their headings, pictures."""
    waiting, targets, links = [first_page.as_uri()], set(), {}
    while waiting:
        url = waiting.pop()
        page.goto(url)
        assert not page.complaints, (url, page.complaints)
        for picture in page.locator("article img").all():
            assert picture.evaluate("i => i.decode().then(() => i.naturalWidth > 0)"), url
            assert len(picture.get_attribute("alt").split()) > 5, url
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        targets |= {url, f"{url}#", *(f"{url}#{name}" for name in ids)}
        found = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
        links[url] = {unquote(link) for link in found if link.startswith("file:")}
        new = {urldefrag(link).url for link in links[url]} - {*links, *waiting}
        waiting += [link for link in new if link.endswith(".html")]
    names = {Path(urlparse(url).path).stem for url in links}
    assert {"index", "00_welcome", "07_style_vae", "GLOSSARY", "TEACHING"} <= names
    for url, found in links.items():
        files = [link for link in found - targets if "#" in link or not Path(link[7:]).exists()]
        assert not files, (url, files)


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path, monkeypatch):
    monkeypatch.setattr(build_site, "HOME", build_site.HOME + "\n[lost](notebooks/99_lost.md)\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").touch()
    with pytest.raises(Exception, match="99_lost"):
        build_site.main(tmp_path / "site")
    assert (tmp_path / "site" / "old.html").exists()


def test_search_works_without_a_server(first_page, page):
    page.goto(first_page.as_uri())
    page.get_by_placeholder("Search").fill("checkerboard")
    page.keyboard.press("Enter")
    page.wait_for_selector("ul.search li a")
    found = page.locator("ul.search li a").all_inner_texts()
    assert any("05" in title for title in found), found
    assert page.complaints == []


def test_it_reads_on_a_phone(first_page, page):
    page.set_viewport_size({"width": 360, "height": 740})
    for lesson in first_page.parent.glob("notebooks/0*.html"):
        page.goto(lesson.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, lesson.name
