package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplyBudgetTest {
    private final ReplyBudget budget = new ReplyBudget(100);

    @Test
    void letsThroughWhatFits() {
        assertThat(budget.take(60)).isTrue();
        assertThat(budget.take(41)).isFalse();
        assertThat(budget.take(40)).isTrue();
        assertThat(budget.take(1)).isFalse();
        budget.give(60);
        assertThat(budget.take(60)).isTrue();
        assertThat(budget.held()).isEqualTo(100);
    }

    @Test
    void theFirstMayBeOfAnySize() {
        assertThat(budget.take(1000)).isTrue();
        assertThat(budget.take(1)).isFalse();
        budget.give(1000);
        assertThat(budget.take(1)).isTrue();
    }
}
