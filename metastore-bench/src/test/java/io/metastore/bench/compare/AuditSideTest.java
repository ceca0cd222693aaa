package io.metastore.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AuditSideTest {
    private static final String METRICS = """
            # TYPE metastore_audit_lost_total counter
            metastore_audit_lost_total 3.0
            metastore_audit_lost_total_other 4.0
            metastore_audit_written_total 1.5E7
            """;

    @Test
    void countersAreReadFromTheTextFormat() {
        assertThat(AuditSide.counter(METRICS, "metastore_audit_lost_total")).isEqualTo(3);
        assertThat(AuditSide.counter(METRICS, "metastore_audit_written_total")).isEqualTo(15_000_000);
        assertThatThrownBy(() -> AuditSide.counter(METRICS, "metastore_audit_other_total"))
                .hasMessageContaining("no metric metastore_audit_other_total");
    }
}
