/** Servers and clients as beans of Spring Boot. */
@NullMarked
package io.valise.ipc.spring;

import org.jspecify.annotations.NullMarked;
