package io.metastore.server.process.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.Instrumentation;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import net.bytebuddy.agent.builder.AgentBuilder;

/** Puts a {@link Mutant} into the JVM that is started with it. Its jar is made of the tests' own classes. */
public final class MutantAgent {

    private static final String SEPARATOR = ":";

    private MutantAgent() {}

    /** Called by the JVM before the server's main method. */
    public static void premain(String argument, Instrumentation instrumentation) {
        String[] parts = argument.split(SEPARATOR, 2);
        Mutant mutant = Mutant.valueOf(parts[0]);
        Effect.countIn(Path.of(parts[1]));
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
                .type(named(mutant.type()))
                .transform((builder, type, loader, module, domain) -> builder.visit(mutant.change()))
                .installOn(instrumentation);
    }

    /** The JVM option that makes a member this mutant, whose effects are counted in the directory. */
    public static String option(Path jar, Mutant mutant, Path effects) {
        return "-javaagent:%s=%s%s%s".formatted(jar, mutant, SEPARATOR, effects);
    }

    /** Writes the agent's jar: this package, and Byte Buddy where it lies. */
    public static Path writeJar(Path directory) {
        Path jar = directory.resolve("mutants.jar");
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(
                Attributes.Name.CLASS_PATH, placeOf(AgentBuilder.class).toUri().toString());
        attributes.putValue("Premain-Class", MutantAgent.class.getName());
        Path root = placeOf(MutantAgent.class);
        Path own = root.resolve(MutantAgent.class.getPackageName().replace('.', '/'));
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> classes = Files.list(own)) {
            for (Path each : classes.sorted().toList()) {
                out.putNextEntry(new JarEntry(root.relativize(each).toString()));
                out.write(Files.readAllBytes(each));
                out.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    /** Whether this process is that member. */
    static boolean runsMember(String name) {
        return List.of(System.getProperty("sun.java.command", "").split(" ", -1))
                .contains("--name=" + name);
    }

    private static Path placeOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
