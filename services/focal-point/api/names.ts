export { codeOf, nameSchema } from "#casework";
