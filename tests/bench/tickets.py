"""Invented tickets as SAJA writes them, of about so many bytes, each time the same."""

import datetime
import json
import random

SERVICES = {
    "012": "لکه‌گیری و ترمیم آسفالت معبر", "014": "ترمیم پیاده‌رو", "022": "لایروبی جوی و کانال",
    "030": "آبیاری و هرس درختان", "040": "روشنایی معابر", "050": "جمع‌آوری به‌موقع زباله", "051": "تخلیهٔ غیرمجاز نخاله",
    "060": "خط‌کشی و تابلوی راهنمایی", "070": "ساخت‌وساز بدون پروانه", "080": "سد معبر", "090": "جمع‌آوری حیوانات ولگرد",
    "100": "نگهداری وسایل بازی بوستان"}
DISTRICTS = [*map(str, range(1, 14)), "samen"]
SENTENCES = [
    "چاله‌ای بزرگ در میانهٔ خیابان باز شده است و رفت‌وآمد خودروها را دشوار می‌کند.",
    "چند شب است که چراغ‌های این کوچه خاموش است و اهالی هنگام عبور احساس ناامنی می‌کنند.",
    "پس از بارندگی دیروز، آب در کنار پیاده‌رو جمع شده و راه ورود به ساختمان‌ها بسته شده است.",
    "شاخه‌های خشک درخت روبه‌روی پلاک ۱۲ هر لحظه ممکن است بر سر رهگذران بیفتد.",
    "خواهشمند است در نخستین فرصت کارشناسی برای بازدید فرستاده شود.",
    "این مشکل را پیش‌تر نیز گزارش کرده‌ایم، ولی هنوز کاری انجام نگرفته است.",
    "شهروند می‌گوید: \"دو بار تماس گرفتم و پاسخی نگرفتم\"؛ شمارهٔ پیگیری پیشین ۴۴۷۱ بوده است.",
    "مصالح ساختمانی را در کنار خیابان ریخته‌اند و عرض معبر < ۳ متر شده است.",
    "نشانی دقیق: نبش کوچهٔ یکم & روبه‌روی بوستان محله.",
    "از زحمات همکاران شما سپاسگزارم و منتظر خبر هستم."]
STREETS = ["خیابان نمونه", "بولوار آزمون", "کوچهٔ بی‌نام", "خیابان فرضی"]
# A year of the Jalali calendar, 1405, on both sides of which others begin.
FIRST_DAY = datetime.datetime(2026, 3, 15)
DAYS = 380


def write_time(chance, begin):
    """In Tehran's time, or now and then in UTC."""
    moment = begin + datetime.timedelta(seconds=chance.randrange(86400))
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if chance.random() < 0.1 else "+03:30")


def write_text(chance, least_bytes, between):
    text = "  "
    while len(text.encode()) < least_bytes:
        text += chance.choice(SENTENCES) + between(chance)
    return text


def make(number, size, chance):
    """A ticket, as a dictionary. What is large has photographs and a history, too, which no mapping reads."""
    service = chance.choice(list(SERVICES))
    begin = FIRST_DAY + datetime.timedelta(days=chance.randrange(DAYS))
    large = size > 4000
    ticket = {
        "service_request_id": f"1405-{1000000 + number}", "status": chance.choice(["open", "open", "reopened"]),
        "service_code": service, "service_name": SERVICES[service], "district": chance.choice(DISTRICTS),
        "priority": chance.choice(["normal", "normal", "urgent"]), "requested_datetime": write_time(chance, begin),
        "updated_datetime": write_time(chance, begin + datetime.timedelta(days=1)),
        "description": "", "address": f"{chance.choice(STREETS)}، پلاک {chance.randrange(1, 200)}",
        "zipcode": f"91{chance.randrange(10**8):08}", "phone": f"0510{chance.randrange(10**7):07}",
        "last_name": "نمونه", "lat": round(36 + chance.random(), 5), "long": round(59 + chance.random(), 5)}
    if chance.random() < 0.2:
        del ticket["district"]
    if chance.random() < 0.5:
        ticket["expected_datetime"] = write_time(chance, begin + datetime.timedelta(days=3))
    if large:
        url = f"https://saja.example/media/{number}"
        ticket["media"] = [{"name": f"{n}.jpg", "url": f"{url}/{n}.jpg?size=full&no={n}"} for n in range(1, 7)]
        ticket["history"] = [{"at": write_time(chance, begin), "by": "کارشناس ۱۳۷", "note": chance.choice(SENTENCES)}
                             for _ in range(8)]
    rest = size - len(json.dumps(ticket, ensure_ascii=False).encode())
    ticket["description"] = write_text(chance, rest, lambda c: c.choice([" ", "\n"]) if large else " ")
    return ticket


def make_all(count, size):
    chance = random.Random(size)
    return [make(number, size, chance) for number in range(count)]
