export { codeOf, nameSchema } from "#participant";
