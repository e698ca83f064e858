package io.valise.ipc.spring;

import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.spring.shop.QuotesClient;
import io.valise.ipc.spring.shop.ShopApplication;
import io.valise.ipc.spring.stock.ClientApplication;
import io.valise.ipc.spring.stock.Stock;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A server and its client in one application, by the code that {@link AheadOfTimeTest} has generated. */
@Configuration(proxyBeanMethods = false)
@Import({ShopApplication.class, ClientApplication.class})
class AheadOfTimeProgram {
    @Bean
    @IpcService
    static AheadOfTimeTest.Currencies currencies() {
        return new AheadOfTimeTest.Currencies();
    }

    public static void main(String[] arguments) {
        try (ConfigurableApplicationContext context =
                SpringApplication.run(AheadOfTimeProgram.class, "--valise.endpoint-override=local:ahead-of-time")) {
            QuotesClient quotes = context.getBean(QuotesClient.class);
            System.out.println(quotes.price(new Ask("KRW")));
            System.out.println(quotes.priceLater(new Ask("USD")).join());
            System.out.println(quotes.bid("EUR"));
            System.out.println(
                    context.getBean(Stock.class.getName(), Stock.class).take("book", 3));
            System.out.println(context.getBean(IpcConnections.class)
                    .get("quotes")
                    .request("convert", new Ask("KRW"), Quote.class));
        }
    }
}
