"""Contacts come in from a file, get a letter, and the ones who leave get no second one."""

import time

import pytest

from perenne.audience.api import confirmed_contacts
from perenne.mail.api import is_suppressed

pytestmark = pytest.mark.journey

CSV = """\
email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,labels
ana@example.org,Ana Silva,,true,false,,2024-10-30T14:52:08.000Z,readers
bob@example.org,Bob Martin,,true,false,,2025-01-12T08:00:00.000Z,"readers,vip"
eve@example.org,Eve Adler,,true,false,,2025-02-01T09:30:00.000Z,
nobody,Not An Address,,true,false,,,
"""
OWNER = "camille@boreal.example"


def _import(owner, drain_tasks):
    owner.go("/desk/imports/")
    file = {"name": "members.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    owner.page.set_input_files("input[name=file]", file)
    owner.press("Look at the file")
    owner.sees("Which column is what")
    assert owner.page.locator("[name=column_0]").input_value() == "email"
    owner.page.locator("[name=basis][value=consent]").check()
    owner.press("Check without writing")
    drain_tasks()
    owner.sees(
        "This was a check: nothing was written. This is what an import would do."
    )
    assert confirmed_contacts().count() == 0

    owner.press("Import")
    drain_tasks()
    owner.sees("Rows that were refused")
    figures = owner.page.locator(".figure__value").all_inner_texts()
    assert figures == ["4", "3", "0", "0", "1"]


def _wait_for_a_mail(letterbox, drain_tasks):
    """Work off what waits until the owner's own test has come: the preview may be first."""
    for _beat in range(40):
        drain_tasks()
        if letterbox.to(OWNER):
            return
        time.sleep(0.25)


def _write(owner, drain_tasks, letterbox, *, subject):
    owner.go("/desk/letters/")
    owner.press("Write a letter")
    owner.fill(subject=subject)
    owner.press("+ " + owner.words("Text"))
    owner.page.locator("[name=block-0-text]").fill(
        "Bonjour {first_name|toi}.\n\nMerci."
    )
    owner.press("Test to me")
    owner.page.get_by_text(OWNER).first.wait_for()
    frame = owner.page.frame_locator("iframe")
    frame.get_by_text("Merci.").first.wait_for()
    _wait_for_a_mail(letterbox, drain_tasks)
    assert subject in letterbox.to(OWNER)[-1]["Subject"]
    owner.press("Send…")
    owner.press("Send now")
    drain_tasks()
    owner.page.reload()


def test_import_letter_unsubscribe(owner, visitor, letterbox, drain_tasks):
    _import(owner, drain_tasks)
    _write(owner, drain_tasks, letterbox, subject="Le printemps")
    owner.reads("3")
    assert sorted(to for to, _mail in letterbox.mails if to != OWNER) == [
        "ana@example.org",
        "bob@example.org",
        "eve@example.org",
    ]
    assert "Bonjour Ana." in letterbox.text_to("ana@example.org")

    [mail] = letterbox.to("ana@example.org")
    link = mail["List-Unsubscribe"].split("<")[1].split(">")[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letterbox.text_to("ana@example.org")
    ana = visitor()
    ana.go(link)
    assert is_suppressed("ana@example.org") is False
    ana.press("Unsubscribe")
    ana.sees("You are unsubscribed")
    assert (ana.cookies(), ana.fits()) == ([], True)

    # Bob's mail provider has a button of its own and sends no cookie.
    [mail] = letterbox.to("bob@example.org")
    link = mail["List-Unsubscribe"].split("<")[1].split(">")[0]
    answer = ana.context.request.post(link, form={"List-Unsubscribe": "One-Click"})
    assert (answer.status, answer.text()) == (200, "Unsubscribed.")

    letterbox.mails.clear()
    _write(owner, drain_tasks, letterbox, subject="L’été")
    assert [to for to, _mail in letterbox.mails if to != OWNER] == ["eve@example.org"]
