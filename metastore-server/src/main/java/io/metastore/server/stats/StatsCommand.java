package io.metastore.server.stats;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code metastore stats}: asks a running member for its {@link StatsEndpoint}, with etcdctl's names for how to get there. */
public final class StatsCommand {
    /** The first argument. */
    public static final String NAME = "stats";

    private static final int EXIT_ERROR = 1;
    private static final int EXIT_BAD_ARGUMENTS = 128;
    private static final String DEFAULT_ENDPOINT = "http://127.0.0.1:2379";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]*)\"");
    private static final Pattern MESSAGE = Pattern.compile("\"message\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** Which options of each report go on to the member, with what they mean. */
    private static final Map<String, Map<String, String>> REPORTS = Map.of(
            "prefixes",
            Map.of(
                    "below", "Only keys that begin with this.",
                    "separator", "What a prefix ends with; '/' if not given.",
                    "depth", "Separators in a prefix, behind --below, at most; 2 if not given.",
                    "order", "'keys' or 'bytes': what makes a prefix large.",
                    "top", "How many of the largest; 20 if not given."),
            "hot-keys",
            Map.of("top", "How many of each kind; 20 if not given."),
            "clients",
            Map.of(
                    "by", "'address' or 'connection'.",
                    "top", "How many; 20 if not given."));

    private StatsCommand() {}

    /** Runs the command and returns its exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        CommandLine commandLine = new CommandLine(spec());
        try {
            ParseResult parsed = commandLine.parseArgs(arguments.toArray(String[]::new));
            ParseResult asked = parsed.hasSubcommand() ? parsed.subcommand() : null;
            if (asked == null || asked.isUsageHelpRequested()) {
                CommandLine about =
                        asked == null ? commandLine : asked.commandSpec().commandLine();
                about.usage(out);
                return 0;
            }
            out.print(ask(asked));
            return 0;
        } catch (CommandLine.ParameterException | IllegalArgumentException wrong) {
            err.println("Error: " + wrong.getMessage());
            return EXIT_BAD_ARGUMENTS;
        } catch (IOException failure) {
            err.println("Error: " + (failure.getMessage() == null ? failure : failure.getMessage()));
            return EXIT_ERROR;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return EXIT_ERROR;
        }
    }

    private static String ask(ParseResult asked) throws IOException, InterruptedException {
        String endpoint = asked.matchedOptionValue("--endpoint", DEFAULT_ENDPOINT);
        String base = (endpoint.contains("://") ? endpoint : "http://" + endpoint).replaceFirst("/+$", "");
        HttpClient client = client(asked, base.startsWith("https://"));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        base + "/metastore/stats/" + asked.commandSpec().name() + "?" + query(asked)))
                .timeout(TIMEOUT);
        String user = asked.matchedOptionValue("--user", "");
        if (!user.isEmpty()) {
            request.header("Authorization", token(client, base, user, asked.matchedOptionValue("--password", null)));
        }
        return bodyOf(client.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8)));
    }

    private static String query(ParseResult asked) {
        String format = asked.matchedOptionValue("--write-out", "text");
        return "format=" + URLEncoder.encode(format, UTF_8)
                + REPORTS.getOrDefault(asked.commandSpec().name(), Map.of()).keySet().stream()
                        .filter(name -> asked.hasMatchedOption("--" + name))
                        .map(name ->
                                "&" + name + "=" + URLEncoder.encode(asked.matchedOptionValue("--" + name, ""), UTF_8))
                        .collect(Collectors.joining());
    }

    private static String token(HttpClient client, String base, String user, @Nullable String password)
            throws IOException, InterruptedException {
        int colon = user.indexOf(':');
        String name = password == null && colon >= 0 ? user.substring(0, colon) : user;
        String secret = password;
        if (secret == null && colon >= 0) {
            secret = user.substring(colon + 1);
        }
        if (secret == null) {
            throw new IllegalArgumentException("--user name:password, or --password beside it, is needed");
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/v3/auth/authenticate"))
                .timeout(TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"name\":%s,\"password\":%s}".formatted(quoted(name), quoted(secret))))
                .build();
        String answer = bodyOf(client.send(request, HttpResponse.BodyHandlers.ofString(UTF_8)));
        Matcher token = TOKEN.matcher(answer);
        if (!token.find()) {
            throw new IOException("no token in the member's answer");
        }
        return token.group(1);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> quoted.append(
                        c < ' ' || c == '"' || c == '\\' || c > '~'
                                ? "\\u%04x".formatted(c)
                                : String.valueOf((char) c)));
        return quoted.append('"').toString();
    }

    private static String bodyOf(HttpResponse<String> response) throws IOException {
        if (response.statusCode() == 200) {
            return response.body();
        }
        Matcher message = MESSAGE.matcher(response.body());
        throw new IOException(
                message.find()
                        ? message.group(1)
                        : response.statusCode() + " " + response.body().strip());
    }

    private static HttpClient client(ParseResult asked, boolean tls) throws IOException {
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        if (tls) {
            // Of the JDK, which is what its client takes.
            SslContextBuilder context = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
            String authorities = asked.matchedOptionValue("--cacert", "");
            String certificate = asked.matchedOptionValue("--cert", "");
            if (!authorities.isEmpty()) {
                context.trustManager(new File(authorities));
            }
            if (!certificate.isEmpty()) {
                context.keyManager(new File(certificate), new File(asked.matchedOptionValue("--key", "")));
            }
            if (context.build() instanceof JdkSslContext jdk) {
                client.sslContext(jdk.context());
            }
        }
        return client.build();
    }

    private static CommandSpec spec() {
        CommandSpec stats = CommandSpec.create().name("metastore " + NAME);
        stats.addSubcommand("prefixes", report("prefixes", "Tells which prefixes hold the most keys or bytes."));
        stats.addSubcommand("hot-keys", report("hot-keys", "Tells which keys were read and written most lately."));
        stats.addSubcommand("clients", report("clients", "Tells which clients asked most lately."));
        return stats;
    }

    private static CommandSpec report(String name, String description) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description(description);
        new TreeMap<>(REPORTS.getOrDefault(name, Map.of()))
                .forEach((option, meaning) -> spec.addOption(text("--" + option, meaning)));
        return spec.addOption(text("--endpoint", "Client URL of the member; " + DEFAULT_ENDPOINT + " if not given."))
                .addOption(text("--write-out", "'text' or 'json'."))
                .addOption(text("--user", "name:password of a user with the role root, where auth is on."))
                .addOption(text("--password", "The password, where --user is the name alone."))
                .addOption(text("--cacert", "File with the authorities that the member's certificate is verified by."))
                .addOption(text("--cert", "File with this client's certificate."))
                .addOption(text("--key", "File with the key of that."))
                .addOption(OptionSpec.builder("--help", "-h")
                        .usageHelp(true)
                        .type(boolean.class)
                        .description("Show this text.")
                        .build());
    }

    private static OptionSpec text(String name, String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .arity("1")
                .paramLabel("''")
                .description(description)
                .build();
    }
}
