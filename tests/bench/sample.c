#include "sample.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

enum { FIRST = 1000000 }; /* so that all numbers are of one length, and grow as texts too */

#define KEY  "1405-%ld"
#define CASE "%ld/1405"
/* As SAJA writes them, and with the letters that GAM takes and gives. */
#define SUBJECT "لکه‌گیری و ترمیم آسفالت معبر"
#define REQUEST                                                                                                                                                              \
    "چاله‌ای بزرگ در میانه‌ی خیابان، روبه‌روی ورودی بوستان، باز شده است و رفت و آمد خودروها را " \
    "دشوار می‌کند. خواهشمند است در نخستین فرصت ترمیم شود."
#define ADDRESS        "خیابان نمونه، کوچه‌ی دوم"
#define SUBJECT_IN_GAM "لكه‌گيري و ترميم آسفالت معبر"
#define REQUEST_IN_GAM                                                                                                                                                       \
    "چاله‌اي بزرگ در ميانه‌ي خيابان، روبه‌روي ورودي بوستان، باز شده است و رفت و آمد خودروها را " \
    "دشوار مي‌كند. خواهشمند است در نخستين فرصت ترميم شود."
#define ADDRESS_IN_GAM "خيابان نمونه، كوچه‌ي دوم، 9100000000"
#define ANSWER                                                                                                                                                        \
    "گروه ترميم آسفالت ناحيه به محل اعزام شد، چاله پس از برش و پاك‌سازي با آسفالت گرم پر شد و " \
    "نتيجه‌ي كار با عكس به ثبت رسيد."

/* Writes it into `out`; its name and its last two arguments are printf's. */
__attribute__((format(printf, 2, 3))) static void write_to(struct sample *out, const char *format,
                                                           ...)
{
    va_list args;

    va_start(args, format);
    int length = vsnprintf(out->text, sizeof out->text, format, args);
    va_end(args);
    assert(length >= 0 && (size_t)length < sizeof out->text);
    out->length = (size_t)length;
}

void sg_sample_key(struct sample *out, long n)
{
    write_to(out, KEY, FIRST + n);
}

void sg_sample_case(struct sample *out, long n)
{
    write_to(out, CASE, FIRST + n);
}

/* Its time of change grows by a millisecond a ticket, within one day. */
void sg_sample_ticket(struct sample *out, long n)
{
    long ms = n % 86400000;

    write_to(out,
             "{\"service_request_id\": \"" KEY
             "\", \"status\": \"open\", \"service_code\": \"012\", "
             "\"service_name\": \"" SUBJECT "\", \"district\": \"2\", \"priority\": \"normal\", "
             "\"requested_datetime\": \"2026-07-01T08:00:00+03:30\", "
             "\"updated_datetime\": \"2026-07-01T%02ld:%02ld:%02ld.%03ld+03:30\", "
             "\"description\": \"" REQUEST "\", \"address\": \"" ADDRESS "\", "
             "\"zipcode\": \"9100000000\", \"phone\": \"05100000000\", \"last_name\": \"نمونه\"}",
             FIRST + n, ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

void sg_sample_response(struct sample *out, long n)
{
    write_to(
        out,
        "<Response><ResponseId>r-%ld</ResponseId><CaseNumber>" CASE "</CaseNumber>"
        "<IsFinal>true</IsFinal><Outcome Code=\"1\">انجام شد</Outcome><Text>" ANSWER "</Text>"
        "<AnsweredAt>1405/04/11 10:30:00</AnsweredAt>"
        "<Responder Department=\"عمران منطقه 2\" Position=\"كارشناس فني\"/>"
        "<InternalNote>فقط براي استفاده‌ي داخلي</InternalNote></Response>",
        FIRST + n, FIRST + n);
}

void sg_sample_response_kept(struct sample *out, long n)
{
    write_to(out,
             "{\"ResponseId\":\"r-%ld\",\"CaseNumber\":\"" CASE "\",\"IsFinal\":\"true\","
             "\"Outcome\":{\"@Code\":\"1\",\"#text\":\"انجام شد\"},\"Text\":\"" ANSWER "\","
             "\"AnsweredAt\":\"1405/04/11 10:30:00\","
             "\"Responder\":{\"@Department\":\"عمران منطقه 2\",\"@Position\":\"كارشناس فني\"},"
             "\"InternalNote\":\"فقط براي استفاده‌ي داخلي\"}",
             FIRST + n, FIRST + n);
}

/* The Persian words stand as two bytes a letter in the other texts, and in forms as six. */
static const char *answer_of_form(void)
{
    static char text[3 * sizeof ANSWER]; /* made once: what a floor sends, it need not make */

    if (text[0] == '\0') {
        for (size_t i = 0; i + 1 < sizeof ANSWER; i++)
            (void)snprintf(text + 3 * i, 4, "%%%02X", (unsigned char)ANSWER[i]);
    }
    return text;
}

void sg_sample_update_sent(struct sample *out, long n)
{
    write_to(out,
             "service_request_id=" KEY "&update_id=r-%ld&status=answered&external_status_code=1"
             "&updated_datetime=2026-07-02T10%%3A30%%3A00%%2B03%%3A30&description=%s",
             FIRST + n, FIRST + n, answer_of_form());
}

#define LETTER_XML                                                                              \
    "<Letter><Sender Organization=\"137\"/><Receiver Code=\"D2-CIVIL\"/>"                       \
    "<LetterDateTime>1405/04/10 08:00:00</LetterDateTime><Subject>" SUBJECT_IN_GAM "</Subject>" \
    "<Priority Code=\"1\"/><Text>" REQUEST_IN_GAM "</Text>"                                     \
    "<Address>" ADDRESS_IN_GAM "</Address></Letter>"
#define LETTER_JSON                                                                                \
    "{\"ClientReference\":\"bench-" KEY ".1\",\"Letter\":{\"Sender\":{\"@Organization\":\"137\"}," \
    "\"Receiver\":{\"@Code\":\"D2-CIVIL\"},\"LetterDateTime\":\"1405/04/10 08:00:00\","            \
    "\"Subject\":\"" SUBJECT_IN_GAM "\",\"Priority\":{\"@Code\":1},\"Text\":\"" REQUEST_IN_GAM     \
    "\","                                                                                          \
    "\"Address\":\"" ADDRESS_IN_GAM "\"}}"
#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"

void sg_sample_case_sent(struct sample *out, long n)
{
    write_to(
        out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Header>"
        "<wsse:Security xmlns:wsse=\"" WSS "wssecurity-secext-1.0.xsd\" xmlns:wsu=\"" WSS
        "wssecurity-utility-1.0.xsd\" soap:mustUnderstand=\"1\"><wsse:UsernameToken>"
        "<wsse:Username>bridge</wsse:Username><wsse:Password Type=\"" WSS
        "username-token-profile-1.0#PasswordDigest\">MDEyMzQ1Njc4OTAxMjM0NTY3ODk=</wsse:Password>"
        "<wsse:Nonce EncodingType=\"" WSS "soap-message-security-1.0#Base64Binary\">"
        "MDEyMzQ1Njc4OTAxMjM0NQ==</wsse:Nonce><wsu:Created>2026-07-01T04:30:00Z</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security></soap:Header><soap:Body>"
        "<CreateCase xmlns=\"urn:gam:cases:1\"><ClientReference>bench-" KEY
        ".1</ClientReference>" LETTER_XML "</CreateCase></soap:Body></soap:Envelope>",
        FIRST + n);
}

void sg_sample_case_intended(struct sample *out, long n)
{
    write_to(out,
             "{\"method\":\"POST\",\"body\":\"soap\",\"element\":\"CreateCase\","
             "\"action\":\"urn:gam:cases:1/CreateCase\",\"content\":" LETTER_JSON
             ",\"input\":" LETTER_JSON "}",
             FIRST + n, FIRST + n);
}
