package io.metastore.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLedgerTest {
    private final EventLedger ledger = new EventLedger(3, 2);

    @Test
    void onlyAcknowledgedPutsMustBringEvents() {
        ledger.begin(1);
        int second = ledger.begin(2);
        assertThat(ledger.expected()).isZero();

        ledger.acknowledged(second, 3);

        assertThat(ledger.expected()).isEqualTo(2);
        assertThat(ledger.missing()).isEqualTo(2);
    }

    @Test
    void anEventTooManyOfOnePutDoesNotMakeUpForAnother() {
        int first = ledger.begin(1);
        int second = ledger.begin(2);
        ledger.acknowledged(first, 3);
        ledger.acknowledged(second, 3);
        for (int i = 0; i < 3; i++) {
            ledger.event(first, 4);
        }
        ledger.event(second, 4);

        assertThat(ledger.events()).isEqualTo(4);
        assertThat(ledger.missing()).isEqualTo(1);
    }

    @Test
    void anEventMayComeBeforeItsAck() {
        int put = ledger.begin(1_000_000);
        ledger.event(put, 3_000_000);
        ledger.acknowledged(put, 4_000_000);
        ledger.event(put, 9_000_000);

        assertThat(ledger.eventsBeforeAck()).isEqualTo(1);
        assertThat(ledger.sincePut().count()).isEqualTo(2);
        assertThat(ledger.nanos()).isEqualTo(8_000_000);
        assertThat(ledger.missing()).isZero();
    }

    @Test
    void aPutThatNobodyMadeIsUnexpected() {
        ledger.begin(1);
        ledger.event(1, 2);
        ledger.event(-1, 2);

        assertThat(ledger.eventsUnexpected()).isEqualTo(2);
        assertThat(ledger.events()).isZero();
    }
}
