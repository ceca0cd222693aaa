package io.metastore.bench.arena;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GcLogTest {

    @Test
    void readsAJvmsPauses() {
        assertThat(GcLog.parse("""
                {"msg":"ready to serve client requests"}
                [1.234s][info][gc] Using Parallel
                [2.345s][info][gc] GC(0) Pause Young (Allocation Failure) 57M->9M(290M) 3.250ms
                [4.000s][info][gc] GC(1) Concurrent Mark Cycle 12.000ms
                [9.345s][info][gc] GC(2) Pause Full (Ergonomics) 99M->20M(290M) 40.500ms
                """)).isEqualTo(new GcLog(2, 43.75, 40.5));
    }

    @Test
    void readsWhereGoStopsTheWorld() {
        assertThat(GcLog.parse("""
                gc 1 @0.010s 3%: 0.250+1.1+0.500 ms clock, 0.02+0.3/0.4/0+0.1 ms cpu, 4->4->1 MB, 5 MB goal, 2 P
                """)).isEqualTo(new GcLog(1, 0.75, 0.5));
    }

    @Test
    void isCountedFromAMoment() {
        assertThat(new GcLog(5, 10, 4).since(new GcLog(2, 7.5, 3))).isEqualTo(new GcLog(3, 2.5, 4));
    }
}
