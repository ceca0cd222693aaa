package io.metastore.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FlagsInDocumentsTest {

    @Test
    void compatibilityTellsOfEveryFlagWhatItDoesHere() throws Exception {
        List<String> told = Files.readAllLines(Path.of("../docs/compatibility.md")).stream()
                .filter(line -> line.startsWith("| `--"))
                .map(line -> line.substring(0, line.lastIndexOf(" | ")))
                .toList();

        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Flag.values())
                        .map(flag -> "| `--%s` | %s".formatted(flag.flagName(), effectOf(flag)))
                        .toList());
    }

    private static String effectOf(Flag flag) {
        return switch (flag.effect().kind()) {
            case SERVED -> "served";
            case NONE -> "no effect: " + flag.effect().why();
            case REFUSED -> "refused: " + flag.effect().why();
        };
    }
}
