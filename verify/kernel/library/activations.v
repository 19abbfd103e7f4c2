(** The activations softplus, Swish and GELU, their derivatives, and that they are smooth. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The logistic function 1 / (1 + exp (-x)). *)
Definition sigmoid (x : R) : R := / (1 + exp (- x)).
(** softplus(x) = log (1 + exp x). *)
Definition softplus (x : R) : R := ln (1 + exp x).
(** Swish(x) = x / (1 + exp (-x)). *)
Definition swish (x : R) : R := x * sigmoid x.
(** The density of the standard normal law. *)
Definition normal_density (x : R) : R := exp (- (x ^ 2 / 2)) / sqrt (2 * PI).
(** Its distribution function: 1/2 plus the integral of the density from 0 to x. *)
Definition normal_distribution (x : R) : R := 1 / 2 + RInt normal_density 0 x.
(** GELU(x) = x Phi(x) with the distribution function Phi. *)
Definition gelu (x : R) : R := x * normal_distribution x.

(** Softplus, and Swish and GELU, which the quoted statement names. *)
Definition named_activation (s : R -> R) : Prop := s = softplus \/ s = swish \/ s = gelu.

(** [s] has derivatives of every order everywhere. *)
Definition smooth (s : R -> R) : Prop := forall n x, ex_derive_n s n x.

Lemma smooth_C2fun s : smooth s -> C2fun s.
Proof.
move=> S t; split; first exact: (S 1%N t).
split; first exact: (S 2%N t).
by apply: ex_derive_continuous; exact: (S 3%N t).
Qed.

Lemma is_derive_sigmoid x : is_derive sigmoid x (sigmoid x * (1 - sigmoid x)).
Proof. by have p := exp_pos (- x); rewrite /sigmoid; auto_derive; [|field]; lra. Qed.

Lemma is_derive_softplus x : is_derive softplus x (sigmoid x).
Proof.
have p := exp_pos x; rewrite /softplus /sigmoid exp_Ropp.
by auto_derive; [|field; split]; lra.
Qed.

Lemma is_derive_density x : is_derive normal_density x (- x * normal_density x).
Proof.
have p : sqrt (2 * PI) <> 0.
  by apply: Rgt_not_eq; apply: sqrt_lt_R0; have := PI_RGT_0; lra.
rewrite /normal_density; auto_derive => //; rewrite /=; move: p; move: (sqrt (2 * PI)) (exp _) => q e p. by field.
Qed.

Lemma is_derive_distribution x : is_derive normal_distribution x (normal_density x).
Proof.
rewrite -[normal_density x]Rplus_0_l; apply: is_derive_plus; first exact: is_derive_const.
have c y : continuous normal_density y.
  by apply: ex_derive_continuous; exists (- y * normal_density y); exact: is_derive_density.
apply: (is_derive_RInt normal_density (fun y => RInt normal_density 0 y) 0 x) => //.
apply: filter_forall => y; apply: RInt_correct; apply: ex_RInt_continuous => z _; exact: c.
Qed.

(** The functions that sums and products make of these. *)
Inductive elementary : (R -> R) -> Prop :=
| el_const c : elementary (fun _ => c)
| el_id : elementary (fun x => x)
| el_sigmoid : elementary sigmoid
| el_softplus : elementary softplus
| el_density : elementary normal_density
| el_distribution : elementary normal_distribution
| el_plus f g : elementary f -> elementary g -> elementary (fun x => f x + g x)
| el_mult f g : elementary f -> elementary g -> elementary (fun x => f x * g x).

Lemma elementary_derive f : elementary f -> exists g, elementary g /\ forall x, is_derive f x (g x).
Proof.
elim=> [c||||||{}f g Ef [f' [Ef' Df]] Eg [g' [Eg' Dg]]|{}f g Ef [f' [Ef' Df]] Eg [g' [Eg' Dg]]].
- by exists (fun _ => 0); split=> [|x]; [exact: el_const | exact: is_derive_const].
- by exists (fun _ => 1); split=> [|x]; [exact: el_const | exact: is_derive_id].
- exists (fun x => sigmoid x * (1 + -1 * sigmoid x)); split=> [|x].
    apply: el_mult; first exact: el_sigmoid.
    by apply: el_plus; [exact: el_const | apply: el_mult; [exact: el_const | exact: el_sigmoid]].
  have -> : sigmoid x * (1 + -1 * sigmoid x) = sigmoid x * (1 - sigmoid x) by ring.
  exact: is_derive_sigmoid.
- by exists sigmoid; split=> [|x]; [exact: el_sigmoid | exact: is_derive_softplus].
- exists (fun x => (-1 * x) * normal_density x); split=> [|x].
    by apply: el_mult; [apply: el_mult; [exact: el_const | exact: el_id] | exact: el_density].
  have -> : -1 * x * normal_density x = - x * normal_density x by ring.
  exact: is_derive_density.
- by exists normal_density; split=> [|x]; [exact: el_density | exact: is_derive_distribution].
- by exists (fun x => f' x + g' x); split=> [|x]; [exact: el_plus | exact: is_derive_plus].
- exists (fun x => f' x * g x + f x * g' x); split=> [|x].
    by apply: el_plus; apply: el_mult.
  by apply: (is_derive_mult f g) => //; exact: Rmult_comm.
Qed.

Lemma elementary_smooth f : elementary f -> smooth f.
Proof.
have D n : forall f, elementary f -> exists g, elementary g /\ forall x, Derive_n f n x = g x.
  elim: n => [|n IH] {}f E; first by exists f.
  have [g [Eg e]] := IH _ E; have [g' [Eg' D]] := elementary_derive Eg.
  exists g'; split=> // x; rewrite /= (Derive_ext _ _ _ e); exact: is_derive_unique.
move=> E [//|n] x; have [g [Eg e]] := D n _ E; have [g' [_ Dg]] := elementary_derive Eg.
by apply: (ex_derive_ext g) => [t|]; [rewrite e | exists (g' x)].
Qed.

Lemma named_smooth s : named_activation s -> smooth s.
Proof.
case=> [->|[->|->]]; apply: elementary_smooth; first exact: el_softplus.
- by apply: el_mult; [exact: el_id | exact: el_sigmoid].
- by apply: el_mult; [exact: el_id | exact: el_distribution].
Qed.

Lemma sigmoid_0 : sigmoid 0 = 1 / 2.
Proof. by rewrite /sigmoid Ropp_0 exp_0; field. Qed.

Lemma density_0 : 0 < normal_density 0.
Proof.
apply: Rmult_lt_0_compat; first exact: exp_pos.
by apply: Rinv_0_lt_compat; apply: sqrt_lt_R0; have := PI_RGT_0; lra.
Qed.

Lemma distribution_0 : normal_distribution 0 = 1 / 2.
Proof. by rewrite /normal_distribution RInt_point /zero /=; ring. Qed.

Lemma Derive_softplus : Derive softplus = sigmoid.
Proof. by apply: functional_extensionality => x; apply: is_derive_unique; exact: is_derive_softplus. Qed.

Lemma Derive_swish : Derive swish = fun x => sigmoid x + x * (sigmoid x * (1 - sigmoid x)).
Proof.
apply: functional_extensionality => x; apply: is_derive_unique.
have -> : sigmoid x + x * (sigmoid x * (1 - sigmoid x)) = 1 * sigmoid x + x * (sigmoid x * (1 - sigmoid x)) by ring.
apply: (is_derive_mult (fun x => x) sigmoid); [exact: is_derive_id | exact: is_derive_sigmoid | exact: Rmult_comm].
Qed.

Lemma Derive_gelu : Derive gelu = fun x => normal_distribution x + x * normal_density x.
Proof.
apply: functional_extensionality => x; apply: is_derive_unique.
have -> : normal_distribution x + x * normal_density x = 1 * normal_distribution x + x * normal_density x by ring.
apply: (is_derive_mult (fun x => x) normal_distribution);
  [exact: is_derive_id | exact: is_derive_distribution | exact: Rmult_comm].
Qed.

(** The slopes at 0 are 1/2; the second derivatives are 1/4 (softplus), 1/2 (Swish), 2 phi(0) (GELU). *)
Lemma named_slope s : named_activation s -> Derive s 0 = 1 / 2.
Proof.
case=> [->|[->|->]].
- by rewrite Derive_softplus sigmoid_0.
- by rewrite Derive_swish sigmoid_0; field.
- by rewrite Derive_gelu distribution_0; field.
Qed.

Lemma second_softplus : Derive (Derive softplus) 0 = 1 / 4.
Proof. by rewrite Derive_softplus (is_derive_unique _ _ _ (is_derive_sigmoid 0)) sigmoid_0; field. Qed.

Lemma second_swish : Derive (Derive swish) 0 = 1 / 2.
Proof.
rewrite Derive_swish; apply: is_derive_unique.
have -> : 1 / 2 = sigmoid 0 * (1 - sigmoid 0) + (1 * (sigmoid 0 * (1 - sigmoid 0)) +
   0 * Derive (fun x => sigmoid x * (1 - sigmoid x)) 0) by rewrite sigmoid_0; field.
apply: is_derive_plus; first exact: is_derive_sigmoid.
apply: (is_derive_mult (fun x => x) (fun x => sigmoid x * (1 - sigmoid x))); last exact: Rmult_comm.
  exact: is_derive_id.
apply: Derive_correct; apply: ex_derive_mult; first by eexists; exact: is_derive_sigmoid.
by apply: ex_derive_minus; [exact: ex_derive_const | eexists; exact: is_derive_sigmoid].
Qed.

Lemma second_gelu : Derive (Derive gelu) 0 = 2 * normal_density 0.
Proof.
rewrite Derive_gelu; apply: is_derive_unique.
have -> : 2 * normal_density 0 = normal_density 0 + (1 * normal_density 0 + 0 * (- 0 * normal_density 0)) by ring.
apply: is_derive_plus; first exact: is_derive_distribution.
apply: (is_derive_mult (fun x => x) normal_density); last exact: Rmult_comm.
  exact: is_derive_id.
exact: is_derive_density.
Qed.

Lemma named_bend s : named_activation s -> 0 < Derive (Derive s) 0.
Proof.
case=> [->|[->|->]]; rewrite ?second_softplus ?second_swish ?second_gelu; try lra.
by have := density_0; lra.
Qed.
