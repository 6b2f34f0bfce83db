# A ticket to GAM's SOAP envelope by jq, as mappings/ticket-to-case.yaml has it, where jq can.
# $departments[0] has the position of each "SERVICE/DISTRICT".

# Controls and marks of direction go.
def clean:
    if test("[\\x{00}-\\x{08}\\x{0b}\\x{0c}\\x{0e}-\\x{1f}\\x{7f}-\\x{84}\\x{86}-\\x{9f}\\x{61c}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}\\x{feff}]")
    then explode | map(select(. >= 32 and (. < 127 or . > 159) and . != 1564 and . != 8206 and . != 8207
        and (. < 8234 or . > 8238) and (. < 8294 or . > 8297) and . != 65279 or . == 9 or . == 10 or . == 13 or . == 133))
        | implode
    else . end;

# Composed text alone: jq knows no normal forms.
def arabic: split("ی") | join("ي") | split("ک") | join("ك");

def blank: . == " " or . == "\n" or . == "\t" or . == "\r";
def trim: until((.[0:1] | blank) | not; .[1:]) | until((.[-1:] | blank) | not; .[:-1]);

def pad: tostring | if length < 2 then "0" + . else . end;

# Days since 1970-01-01 of a Gregorian day whose year begins in March.
def days($year; $month; $day):
    (if $month > 2 then $year else $year - 1 end) as $y
    | ($y * 365 + ($y / 4 | floor) - ($y / 100 | floor) + ($y / 400 | floor)
        + ((153 * (($month + 9) % 12) + 2) / 5 | floor) + $day - 719469);

# Minutes since 1970-01-01 in Tehran of an RFC 3339 time in whole seconds.
def minutes:
    days(.[0:4] | tonumber; .[5:7] | tonumber; .[8:10] | tonumber) * 1440
    + (.[11:13] | tonumber) * 60 + (.[14:16] | tonumber) + 210
    - (if .[19:20] == "Z" then 0
       else (if .[19:20] == "-" then -1 else 1 end) * ((.[20:22] | tonumber) * 60 + (.[23:25] | tonumber)) end);

# The Jalali day by the cycle of 33 years; 979, which is leap, begins 135061 days before 1970-01-01.
def jalali:
    . + 135061 | (. / 12053 | floor) as $cycles | . % 12053 | (. / 1461 | floor) as $fours | . % 1461
    | (if . > 365 then [((. - 1) / 365 | floor), (. - 1) % 365] else [0, .] end) as [$ones, $day]
    | (if $day < 186 then [($day / 31 | floor) + 1, $day % 31 + 1]
       else [(($day - 186) / 30 | floor) + 7, ($day - 186) % 30 + 1] end) as [$month, $of_month]
    | "\(979 + $cycles * 33 + $fours * 4 + $ones)/\($month | pad)/\($of_month | pad)";

def time:
    .[17:19] as $seconds | minutes
    | "\(. / 1440 | floor | jalali) \(. % 1440 / 60 | floor | pad):\(. % 60 | pad):\($seconds)";
def day: minutes / 1440 | floor | jalali;

def position:
    ($departments[0][.service_code + "/" + (.district // "-")] // $departments[0][.service_code + "/*"]
     // error("no row")) | @html;

def attachments:
    if (.media // []) == [] then "" else
        "<Attachments>" + (.media | map("<Attachment Name=\"\(.name | @html)\"><Content>\(.url | @html)</Content></Attachment>") | add)
        + "</Attachments>" end;

def envelope:
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">"
    + "<soap:Body><CreateCase xmlns=\"urn:gam:cases:1\"><ClientReference>bench-\(.service_request_id | @html).1</ClientReference>"
    + "<Letter><Sender Organization=\"137\"/><Receiver Code=\"\(position)\"/>"
    + "<LetterDateTime>\(.requested_datetime | time)</LetterDateTime>"
    + "<Subject>\((.service_name // "درخواست شهروند") | arabic | .[0:200] | @html)</Subject>"
    + "<Priority Code=\"\(if .priority == "urgent" then 2 else 1 end)\"/>"
    + "<Text>\(.description | clean | arabic | trim | @html)</Text>"
    + ([.address, .zipcode | strings] | if . == [] then "" else "<Address>\(join("، ") | arabic | @html)</Address>" end)
    + (if .expected_datetime then "<DueDate>\(.expected_datetime | day)</DueDate>" else "" end)
    + attachments + "</Letter></CreateCase></soap:Body></soap:Envelope>";

select(.status == "open" or .status == "reopened") | envelope
