"""Hearings as calendars read them (RFC 5545, and 5546 for what is sent): one UID a dossier, whose sequence counts what was told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.mime.text import MIMEText

from edsh_portal.clock import PARIS

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True)
class Appointment:
    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    place: str
    link: str
    organizer: Person


def sheet(appointments: Sequence[Appointment], method: str, attendee: Person | None = None) -> bytes:
    """`attendee`: whoever it is sent to, and nobody else: the jury and those who are heard do not read each other's addresses."""
    from icalendar import Calendar, Event, vCalAddress, vUri  # a worker's and a download's: no page loads it

    calendar = Calendar()
    calendar.add("prodid", "-//EDSH//Auditions//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_paris())
    for one in appointments:
        event = Event()
        event.add("uid", one.uid)
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.stamped_at)
        event.add("dtstart", one.starts_at.astimezone(PARIS))
        event.add("dtend", one.ends_at.astimezone(PARIS))
        event.add("summary", one.summary)
        event.add("description", one.description)
        event.add("location", one.place)
        event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
        if one.link:
            event.add("url", vUri(one.link))
        event.add("organizer", _address(vCalAddress, one.organizer))
        if attendee is not None:
            event.add("attendee", _invited(_address(vCalAddress, attendee), method))
        calendar.add_component(event)
    return calendar.to_ical()


def _paris():
    """Europe/Paris by its rule of today, which stands since 1996: dates one by one would be longer, and end."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    zone = Timezone()
    zone.add("tzid", "Europe/Paris")
    winter, summer = timedelta(hours=1), timedelta(hours=2)
    for part, name, starts, month, before, after in (
        (TimezoneDaylight(), "CEST", datetime(1996, 3, 31, 2), 3, winter, summer),  # noqa: DTZ001 - a time of the clocks there
        (TimezoneStandard(), "CET", datetime(1996, 10, 27, 3), 10, summer, winter),  # noqa: DTZ001 - as above
    ):
        part.add("dtstart", starts)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzname", name)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        zone.add_component(part)
    return zone


def _address(kind: type, person: Person):
    address = kind(f"mailto:{person.email}")
    address.params["CN"] = person.name
    return address


def _invited(address, method: str):
    address.params["ROLE"] = "REQ-PARTICIPANT"
    if method == REQUEST:
        address.params["PARTSTAT"] = "NEEDS-ACTION"
        address.params["RSVP"] = "FALSE"  # whoever cannot come tells the service: nobody reads answers of calendars
    return address


def part(content: bytes, method: str) -> MIMEText:
    """The piece of a mail that its reader's calendar takes in."""
    made = MIMEText(content.decode(), "calendar", "utf-8")
    made.set_param("method", method)
    made.add_header("Content-Disposition", "attachment", filename="audition.ics")
    return made
