package io.valise.ipc.spring.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.spring.IpcConnections;
import io.valise.ipc.spring.test.IpcTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

/** The test of docs/spring-boot.md. */
@IpcTest
class QuotesSliceTest {
    @Autowired
    QuotesClient quotes;

    @Test
    void answersWithAPrice() {
        assertThat(quotes.price(new Ask("KRW/USD"))).isEqualTo(new Quote("KRW/USD", 101.25));
    }

    @Test
    void takesEvents(@Autowired Quotes service) throws InterruptedException {
        quotes.seen(new Ask("KRW"));
        assertThat(service.seen().take()).isEqualTo("KRW");
    }

    @Test
    void nothingElseIsInTheContext(@Autowired ApplicationContext context) {
        assertThat(context.getBeansOfType(Quotes.class)).hasSize(1);
        assertThat(context.getBeansOfType(Statistics.class)).isEmpty();
        assertThat(context.getBean(IpcConnections.class)
                        .get("any other")
                        .endpoint()
                        .scheme())
                .isEqualTo("local");
    }
}
