/** What {@code ipc demo} runs: real server and client processes, step by step. */
@NullMarked
package io.valise.ipc.cli.demo;

import org.jspecify.annotations.NullMarked;
