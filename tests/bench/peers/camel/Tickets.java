import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jackson.JacksonDataFormat;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Maps tickets by a route of Apache Camel, read by Jackson: Tickets DEPARTMENTS TICKETS [WARM MEASURED]. The tickets are
 * JSON, one a line; each is read, mapped and written, again and again. Prints how many it did a second of the process's
 * CPU, its compiler and collector among it, after the first WARM; without numbers, the envelopes.
 */
public final class Tickets {
    private static final ZoneId TEHRAN = ZoneId.of("Asia/Tehran");
    private final Map<String, String> departments = new HashMap<>();

    private Tickets(Path departmentsFile) throws Exception {
        new ObjectMapper().readTree(departmentsFile.toFile()).fields()
            .forEachRemaining(row -> departments.put(row.getKey(), row.getValue().asText()));
    }

    private static String text(JsonNode node) {
        return node == null || node.isNull() || node.asText().isEmpty() ? null : node.asText();
    }

    private static boolean isDropped(char c) {
        return c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f && c <= 0x9f && c != 0x85
            || c == 0x61c || c == 0x200e || c == 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
            || c == 0xfeff;
    }

    private static String clean(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (!isDropped(text.charAt(i)))
                out.append(text.charAt(i));
        }
        return out.toString();
    }

    private static String arabic(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC).replace('ی', 'ي').replace('ک', 'ك');
    }

    private static String cut(String text, int most) {
        return text.codePointCount(0, text.length()) <= most ? text : text.substring(0, text.offsetByCodePoints(0, most));
    }

    private static void two(StringBuilder out, char before, long number) {
        out.append(before).append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static LocalDateTime inTehran(String time) {
        return OffsetDateTime.parse(time).atZoneSameInstant(TEHRAN).toLocalDateTime();
    }

    /** By the cycle of 33 years; 979, which is leap, begins 135061 days before 1970-01-01. */
    private static void jalali(StringBuilder out, LocalDateTime time) {
        long since = time.toLocalDate().toEpochDay() + 135061;
        long inFours = since % 12053 % 1461;
        long ones = inFours > 365 ? (inFours - 1) / 365 : 0;
        long day = inFours > 365 ? (inFours - 1) % 365 : inFours;
        out.append(979 + since / 12053 * 33 + since % 12053 / 1461 * 4 + ones);
        two(out, '/', day < 186 ? day / 31 + 1 : (day - 186) / 30 + 7);
        two(out, '/', day < 186 ? day % 31 + 1 : (day - 186) % 30 + 1);
    }

    private static void escape(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> out.append(c);
            }
        }
    }

    private String position(JsonNode ticket) {
        String service = text(ticket.get("service_code")), district = text(ticket.get("district"));
        String exact = departments.get(service + "/" + (district == null ? "-" : district));
        String position = exact != null ? exact : departments.get(service + "/*");
        if (position == null)
            throw new IllegalArgumentException("no row");
        return position;
    }

    private static void attachments(StringBuilder out, JsonNode media) {
        if (media == null || media.isEmpty())
            return;
        out.append("<Attachments>");
        for (JsonNode file : media) {
            out.append("<Attachment Name=\"");
            escape(out, text(file.get("name")));
            out.append("\"><Content>");
            escape(out, text(file.get("url")));
            out.append("</Content></Attachment>");
        }
        out.append("</Attachments>");
    }

    private static void address(StringBuilder out, String street, String code) {
        if (street == null && code == null)
            return;
        out.append("<Address>");
        escape(out, arabic(street == null ? code : code == null ? street : street + "، " + code));
        out.append("</Address>");
    }

    private void map(Exchange exchange) {
        JsonNode ticket = exchange.getMessage().getBody(JsonNode.class);
        String status = text(ticket.get("status")), service = text(ticket.get("service_name"));
        String due = text(ticket.get("expected_datetime"));
        StringBuilder out = new StringBuilder(2048);

        if (!"open".equals(status) && !"reopened".equals(status))
            return;
        out.append("<?xml version=\"1.0\" encoding=\"utf-8\"?>"
            + "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
            + "<CreateCase xmlns=\"urn:gam:cases:1\"><ClientReference>bench-");
        escape(out, text(ticket.get("service_request_id")));
        out.append(".1</ClientReference><Letter><Sender Organization=\"137\"/><Receiver Code=\"");
        escape(out, position(ticket));
        out.append("\"/><LetterDateTime>");
        LocalDateTime time = inTehran(text(ticket.get("requested_datetime")));
        jalali(out, time);
        two(out, ' ', time.getHour());
        two(out, ':', time.getMinute());
        two(out, ':', time.getSecond());
        out.append("</LetterDateTime><Subject>");
        escape(out, cut(arabic(service == null ? "درخواست شهروند" : service), 200));
        out.append("</Subject><Priority Code=\"").append("urgent".equals(text(ticket.get("priority"))) ? 2 : 1);
        out.append("\"/><Text>");
        escape(out, arabic(clean(text(ticket.get("description")))).strip());
        out.append("</Text>");
        address(out, text(ticket.get("address")), text(ticket.get("zipcode")));
        if (due != null) {
            out.append("<DueDate>");
            jalali(out, inTehran(due));
            out.append("</DueDate>");
        }
        attachments(out, ticket.get("media"));
        out.append("</Letter></CreateCase></soap:Body></soap:Envelope>");
        exchange.getMessage().setBody(out.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime() / 1e9;
    }

    private static void takeMany(ProducerTemplate template, List<byte[]> tickets, int count) {
        for (int n = 0; n < count; n++)
            template.requestBody("direct:ticket", tickets.get(n % tickets.size()), byte[].class);
    }

    public static void main(String[] args) throws Exception {
        Tickets mapping = new Tickets(Path.of(args[0]));
        List<byte[]> tickets = Files.readAllLines(Path.of(args[1])).stream()
            .map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();

        try (CamelContext context = new DefaultCamelContext()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:ticket").unmarshal(new JacksonDataFormat(JsonNode.class)).process(mapping::map);
                }
            });
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            if (args.length == 2) {
                try (OutputStream out = new BufferedOutputStream(System.out)) {
                    for (byte[] ticket : tickets)
                        out.write(template.requestBody("direct:ticket", ticket, byte[].class));
                }
                return;
            }
            takeMany(template, tickets, Integer.parseInt(args[2]));
            int measured = Integer.parseInt(args[3]);
            double begin = cpuSeconds();
            takeMany(template, tickets, measured);
            System.out.printf("%.1f%n", measured / (cpuSeconds() - begin));
        }
    }
}
