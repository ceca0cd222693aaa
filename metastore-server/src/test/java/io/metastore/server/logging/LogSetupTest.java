package io.metastore.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import io.metastore.server.config.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Timeout(20)
class LogSetupTest {
    @TempDir
    Path directory;

    @AfterEach
    void logAsTestsDo() throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback-test.xml"));
    }

    private static void apply(String level, String... outputs) throws IOException {
        LogSetup.apply(new LogConfig(level, LogConfig.Format.CONSOLE, List.of(outputs), Optional.empty()));
    }

    private static void logOneOfEach(String logger) {
        Logger log = LoggerFactory.getLogger(logger);
        log.debug("D");
        log.info("I");
        log.warn("W");
        log.error("E");
        log.error(Fatal.MARKER, "F");
    }

    private static String written(Path file) throws IOException {
        return String.join(
                "",
                Files.readAllLines(file).stream()
                        .map(line -> line.substring(line.length() - 1))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"debug, DIWEF", "info, IWEF", "warn, WEF", "error, EF", "panic, F", "fatal, F"})
    void aLevelIsTheLeastThatIsWritten(String level, String expected) throws Exception {
        Path file = directory.resolve("log");

        apply(level, file.toString());
        logOneOfEach("io.metastore.Any");

        assertThat(written(file)).isEqualTo(expected);
    }

    @Test
    void librariesAreNotMoreTalkativeThanTheServer() throws Exception {
        Path file = directory.resolve("log");

        apply("debug", file.toString());
        logOneOfEach("io.netty.handler.codec.http2.Http2FrameLogger");
        apply("error", file.toString());
        logOneOfEach("io.grpc.Any");

        assertThat(written(file)).isEqualTo("WEFEF");
    }

    @Test
    void aLogGoesToAllItsOutputsAndIsGoneOnWith() throws Exception {
        Path one = Files.writeString(directory.resolve("one"), "X\n");
        Path two = directory.resolve("two");

        apply("error", one.toString(), two.toString());
        logOneOfEach("io.metastore.Any");

        assertThat(written(one)).isEqualTo("XEF");
        assertThat(written(two)).isEqualTo("EF");
    }

    @Test
    void aFileThatCannotBeWrittenIsAnErrorAtStart() {
        String file = directory.resolve("no/such/log").toString();

        assertThatThrownBy(() -> apply("info", file))
                .isInstanceOf(IOException.class)
                .hasMessage("open %s: no such file or directory", file);
    }
}
