package io.valise.ipc.spring.shop;

import org.springframework.stereotype.Component;

/** What no slice needs. */
@Component
class Statistics {}
