package io.metastore.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LogLineTest {
    private final Logger logger = new LoggerContext().getLogger("io.metastore.server.Main");

    private String json(String message, Object... arguments) {
        return encoded(new JsonLineEncoder(), new LoggingEvent("x", logger, Level.WARN, message, null, arguments));
    }

    private static String encoded(LineEncoder encoder, LoggingEvent event) {
        return new String(encoder.encode(event), UTF_8)
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|[+-]\\d{4})", "TIME");
    }

    @Test
    void aLineHasEtcdsKeysAndTheEventsOwn() {
        assertThat(json("lease revoked id={} keys={} by={}", "7f", 3L, null))
                .isEqualTo("{\"level\":\"warn\",\"ts\":\"TIME\",\"caller\":\"server/Main\",\"msg\":\"lease revoked\","
                        + "\"id\":\"7f\",\"keys\":3,\"by\":\"null\"}\n");
    }

    @Test
    void onlyWhatEndsTheMessageIsAField() {
        assertThat(json("a={} is {} of x={}", 1, 2, 3)).contains("\"msg\":\"a=1 is 2 of\",\"x\":3}");
        assertThat(json("plain")).contains("\"msg\":\"plain\"}");
        assertThat(json("said {}", "a={}")).contains("\"msg\":\"said a={}\"}");
        assertThat(json("missing x={} y={}", 1)).contains("\"msg\":\"missing\",\"x\":1}");
    }

    @Test
    void whatCouldBreakALineIsEscaped() {
        assertThat(json("x={}", "a\"b\\c\nd\u0001"))
                .contains("\\\"b\\\\c\\nd\\u0001")
                .endsWith("}\n")
                .doesNotContain("\nd");
    }

    @Test
    void anExceptionIsAField() {
        LoggingEvent event = new LoggingEvent(
                "x", logger, Level.ERROR, "broken what={}", new IllegalStateException("boom"), new Object[] {"it"});

        assertThat(encoded(new JsonLineEncoder(), event))
                .contains("\"what\":\"it\",\"error\":\"java.lang.IllegalStateException: boom\",\"stacktrace\":\"");
    }

    @Test
    void whatEndsTheProcessIsFatal() {
        LoggingEvent event = new LoggingEvent("x", logger, Level.ERROR, "over", null, null);
        event.addMarker(Fatal.MARKER);

        assertThat(encoded(new JsonLineEncoder(), event)).startsWith("{\"level\":\"fatal\",");
    }

    @Test
    void aConsoleLineIsOneOfZap() {
        LoggingEvent event =
                new LoggingEvent("x", logger, Level.INFO, "lease revoked id={} keys={}", null, new Object[] {"7f", 3});

        assertThat(encoded(new ConsoleLineEncoder(), event))
                .isEqualTo("TIME\tinfo\tserver/Main\tlease revoked\t{\"id\":\"7f\",\"keys\":3}\n");
    }
}
