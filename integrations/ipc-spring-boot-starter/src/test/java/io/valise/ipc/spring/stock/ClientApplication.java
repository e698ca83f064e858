package io.valise.ipc.spring.stock;

import io.valise.ipc.spring.ImportIpcClients;
import io.valise.ipc.spring.shop.QuotesClient;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** An application that calls: one interface is imported, the one of its own package is found. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@ImportIpcClients(QuotesClient.class)
public class ClientApplication {}
