package io.metastore.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import io.metastore.server.config.LogConfig;
import io.metastore.server.files.RotatingFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * Sets up the process's log. Logback is the distribution's backend; nothing else in the server knows it, and a program that
 * embeds a member never comes here.
 */
public final class LogSetup {
    /** Libraries that say much below a warning, some of it (headers, frames) with credentials. */
    private static final Map<String, Level> LIBRARIES = Map.of(
            "com.alipay.sofa.jraft", Level.WARN,
            "io.netty", Level.WARN,
            // gRPC asks each connection for an option of ports, at Unix sockets too.
            "io.netty.bootstrap.ServerBootstrap", Level.ERROR,
            "io.grpc", Level.WARN,
            "com.google.protobuf", Level.ERROR);

    private LogSetup() {}

    /** JSON on standard error, until it is known what is asked for. */
    public static void untilConfigured() {
        try {
            apply(new LogConfig("info", LogConfig.Format.JSON, List.of("stderr"), Optional.empty()));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Sends the process's log where it is asked for.
     *
     * @throws IOException if a file cannot be written; the log goes on as before then
     */
    public static void apply(LogConfig config) throws IOException {
        List<OutputStreamAppender<ILoggingEvent>> appenders = new ArrayList<>();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        for (String output : config.outputs()) {
            appenders.add(appender(context, config, output));
        }
        context.reset();
        Level level = levelOf(config.level());
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        LIBRARIES.forEach(
                (name, least) -> context.getLogger(name).setLevel(level.isGreaterOrEqual(least) ? level : least));
        for (OutputStreamAppender<ILoggingEvent> appender : appenders) {
            appender.start();
            root.addAppender(appender);
        }
    }

    private static OutputStreamAppender<ILoggingEvent> appender(LoggerContext context, LogConfig config, String output)
            throws IOException {
        OutputStreamAppender<ILoggingEvent> appender;
        if (LogConfig.isFile(output)) {
            appender = new OutputStreamAppender<>();
        } else {
            ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
            console.setTarget(output.equals("stdout") ? "System.out" : "System.err");
            appender = console;
        }
        LineEncoder encoder =
                config.format() == LogConfig.Format.JSON ? new JsonLineEncoder() : new ConsoleLineEncoder();
        encoder.setContext(context);
        encoder.start();
        appender.setContext(context);
        appender.setName(output);
        appender.setEncoder(encoder);
        if (config.level().equals("fatal") || config.level().equals("panic")) {
            appender.addFilter(new OnlyFatal());
        }
        if (LogConfig.isFile(output)) {
            appender.setOutputStream(open(config, Path.of(output)));
        }
        return appender;
    }

    private static OutputStream open(LogConfig config, Path file) throws IOException {
        try {
            return config.rotation().isPresent()
                    ? RotatingFile.open(file, config.rotation().get())
                    : Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (NoSuchFileException missing) {
            throw new IOException("open %s: no such file or directory".formatted(file), missing);
        }
    }

    private static Level levelOf(String name) {
        return switch (name) {
            case "panic", "fatal" -> Level.ERROR;
            default -> Level.toLevel(name);
        };
    }

    private static final class OnlyFatal extends Filter<ILoggingEvent> {
        OnlyFatal() {
            start();
        }

        @Override
        public FilterReply decide(ILoggingEvent event) {
            return Fatal.is(event) ? FilterReply.NEUTRAL : FilterReply.DENY;
        }
    }
}
