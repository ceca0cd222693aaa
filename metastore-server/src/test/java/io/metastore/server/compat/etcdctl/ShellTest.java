package io.metastore.server.compat.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ShellTest {

    @Test
    void tables_differ_in_words_and_not_in_widths() {
        assertThat(table("┌────────┬──────┐", "│   ID   │ NAME │", "│ <hex>  │  m1  │"))
                .isEqualTo(table("┌─────────┬──────┐", "│   ID    │ NAME │", "│   <hex> │  m1  │"))
                .isNotEqualTo(table("┌─────────┬──────┐", "│   ID    │ NAME │", "│   <hex> │  m2  │"));
    }

    /** As it is read: a character a byte. */
    private static String table(String... lines) {
        String printed =
                new String(String.join("\n", lines).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return Shell.withoutWidths(printed);
    }
}
