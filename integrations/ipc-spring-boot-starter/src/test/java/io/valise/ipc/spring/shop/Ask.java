package io.valise.ipc.spring.shop;

public record Ask(String symbol) {}
